-- metric: mrr_lapsed
-- title: Lapsed MRR, undecided
-- says: MRR of paid terms that ended within `grace_days` (14) before the as-of date, were not cancelled, and that nothing
--   has succeeded yet, or in the last twelve months where a billing row of the account could not be read: out of MRR, and neither churned nor renewed, shown as a positive amount.
--   Opening + new + expansion + reactivation - contraction - churn - lapsed = MRR on the as-of date.
-- population: paying_12m
-- value: coalesce(sum(-delta_minor), 0)
-- unit: money
-- additive: true
-- needs: accounts, subscriptions
SELECT m.account_id, m.movement_date, m.kind, m.delta_minor
FROM mrr_movements AS m
CROSS JOIN session_params AS p
WHERE m.kind = 'lapsed' AND m.movement_date > p.t0 AND m.movement_date <= p.as_of
