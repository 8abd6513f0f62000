-- metric: churn_rate_arr
-- title: ARR churn, trailing 12 months
-- says: ARR of twelve months ago of the customers that have left since, of all ARR of twelve months ago.
-- population: customers_12m_ago
-- value: 100.0 * CAST(sum(churned * opening_minor) AS DOUBLE) / nullif(sum(opening_minor), 0)
-- unit: percent
-- window: 12 months
-- plausible: >= 0, <= 100
-- money: subscriptions
-- needs: accounts, subscriptions
-- needs_history: subscriptions
-- unknown: no account had a paid subscription in force twelve months before the as-of date
SELECT account_id, opening_minor, closing_minor, churned
FROM cohort_12m
