-- metric: accounts_known
-- title: All accounts
-- says: Every account known on the as-of date: managed, trial, prospect, churned and internal.
-- population: known
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, first_paid_on
FROM account_status
