-- metric: trials
-- title: Accounts on trial
-- says: Accounts with a trial in force and nothing paid.
-- population: trials
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, first_paid_on, subscriptions, mrr_minor
FROM account_status
WHERE status = 'trial'
