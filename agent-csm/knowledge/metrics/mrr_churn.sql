-- metric: mrr_churn
-- title: Churned MRR, 12 months
-- says: MRR of accounts on the day they fell to zero, shown as a positive amount.
--   Opening + new + expansion + reactivation - contraction - churn - lapsed = MRR on the as-of date.
-- population: paying_12m
-- value: coalesce(sum(-delta_minor), 0)
-- unit: money
-- window: 12 months
-- additive: true
-- needs: accounts, subscriptions
-- needs_history: subscriptions
SELECT m.account_id, m.movement_date, m.kind, m.delta_minor
FROM mrr_movements AS m
CROSS JOIN session_params AS p
WHERE m.kind = 'churn' AND m.movement_date > p.t0 AND m.movement_date <= p.as_of
