-- metric: accounts_at_risk
-- title: Accounts at risk
-- says: Managed accounts in the red band, with a fired risk signal of severity 3, or with two of severity 2.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, rank, severity, reasons, arr_minor, days_to_opt_out, priority
FROM at_risk
