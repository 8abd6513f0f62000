-- metric: churn_rate
-- title: Logo churn, trailing 12 months
-- says: Customers of twelve months ago that have no paid subscription in force now, of all customers of twelve months ago.
-- population: customers_12m_ago
-- value: 100.0 * sum(churned) / nullif(count(*), 0)
-- unit: percent
-- window: 12 months
-- target: < 5
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions
-- unknown: no account had a paid subscription in force twelve months before the as-of date
SELECT account_id, opening_minor, closing_minor, churned
FROM cohort_12m
