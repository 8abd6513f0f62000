-- metric: grr
-- title: Gross revenue retention, 12 months
-- says: What the customers of twelve months ago pay now, each capped at what it paid then, of what they paid then.
-- population: customers_12m_ago
-- value: 100.0 * CAST(sum(least(closing_minor, opening_minor)) AS DOUBLE) / nullif(sum(opening_minor), 0)
-- unit: percent
-- window: 12 months
-- plausible: <= 100
-- money: subscriptions
-- needs: accounts, subscriptions
-- needs_history: subscriptions
-- unknown: no account had a paid subscription in force twelve months before the as-of date
SELECT account_id, opening_minor, closing_minor, churned
FROM cohort_12m
