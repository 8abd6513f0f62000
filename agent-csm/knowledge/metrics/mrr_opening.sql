-- metric: mrr_opening
-- title: MRR twelve months ago
-- says: MRR at t0, the day twelve months before the as-of date: where the waterfall begins.
-- population: customers_12m_ago
-- value: coalesce(sum(opening_minor), 0)
-- unit: money
-- additive: true
-- needs: accounts, subscriptions
-- needs_history: subscriptions
SELECT account_id, opening_minor
FROM cohort_12m
