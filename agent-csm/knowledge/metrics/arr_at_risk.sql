-- metric: arr_at_risk
-- title: ARR at risk
-- says: ARR of the managed accounts at risk: what is exposed, not what is expected to be lost.
-- population: managed
-- value: coalesce(sum(arr_minor), 0)
-- unit: money
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, rank, severity, reasons, arr_minor, days_to_opt_out, priority
FROM at_risk
