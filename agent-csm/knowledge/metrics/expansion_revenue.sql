-- metric: expansion_revenue
-- title: Expansion revenue, 12 months
-- says: Sum of the expansion MRR movements of the trailing twelve months, as ARR.
-- population: paying_12m
-- value: coalesce(sum(12 * delta_minor), 0)
-- unit: money
-- window: 12 months
-- additive: true
-- needs: accounts, subscriptions
-- needs_history: subscriptions
SELECT m.account_id, m.movement_date, m.delta_minor
FROM mrr_movements AS m
CROSS JOIN session_params AS p
WHERE m.kind = 'expansion' AND m.movement_date > p.t0 AND m.movement_date <= p.as_of
