-- metric: accounts_internal
-- title: Our own accounts
-- says: Accounts the data marks as internal; never counted as customers.
-- population: internal
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, first_paid_on
FROM account_status
WHERE status = 'internal'
