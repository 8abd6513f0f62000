-- metric: mrr_contraction
-- title: Contraction MRR, 12 months
-- says: Decreases of MRR of accounts that still pay, shown as a positive amount; cancelling one of several subscriptions counts here.
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
WHERE m.kind = 'contraction' AND m.movement_date > p.t0 AND m.movement_date <= p.as_of
