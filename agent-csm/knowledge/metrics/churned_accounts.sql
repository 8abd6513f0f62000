-- metric: churned_accounts
-- title: Former customers
-- says: Accounts that paid before the as-of date and have no paid subscription in force on it.
-- population: former
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, first_paid_on, subscriptions, mrr_minor
FROM account_status
WHERE status = 'churned'
