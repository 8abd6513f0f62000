-- metric: accounts_growth
-- title: Accounts that could grow
-- says: Managed accounts with a growth signal, a health score that is not red, and no risk.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, rank, reasons, arr_minor, priority
FROM growth
