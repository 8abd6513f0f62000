-- metric: expansion_price
-- title: Expansion by cause: price
-- says: Part of the expansion revenue of the trailing twelve months, as ARR: what is left of a change of terms that
--   is neither seats nor plan. The causes sum to the expansion revenue. Usage-based charges can't be told apart: the
--   tables hold no metered amounts.
-- population: paying_12m
-- value: coalesce(sum(12 * delta_minor), 0)
-- unit: money
-- window: 12 months
-- additive: true
-- needs: accounts, subscriptions
-- needs_history: subscriptions
SELECT m.account_id, m.movement_date, m.cause, m.subscription_id, m.delta_minor
FROM mrr_movement_parts AS m
CROSS JOIN session_params AS p
WHERE m.kind = 'expansion' AND m.cause = 'price' AND m.movement_date > p.t0 AND m.movement_date <= p.as_of
