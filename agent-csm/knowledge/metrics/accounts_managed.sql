-- metric: accounts_managed
-- title: Accounts managed
-- says: Accounts with a paid subscription in force on the as-of date; trials, prospects, internal and former customers are counted beside it.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, first_paid_on, subscriptions, mrr_minor
FROM account_status
WHERE status = 'managed'
