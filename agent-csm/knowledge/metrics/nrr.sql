-- metric: nrr
-- title: Net revenue retention, 12 months
-- says: What the customers of twelve months ago pay now, of what they paid then; nothing from other accounts. One that left and came back within the window counts with what it pays now.
-- population: customers_12m_ago
-- value: 100.0 * CAST(sum(closing_minor) AS DOUBLE) / nullif(sum(opening_minor), 0)
-- unit: percent
-- window: 12 months
-- plausible: <= 250
-- money: subscriptions
-- needs: accounts, subscriptions
-- needs_history: subscriptions
-- unknown: no account had a paid subscription in force twelve months before the as-of date
SELECT account_id, opening_minor, closing_minor, churned
FROM cohort_12m
