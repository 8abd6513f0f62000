-- metric: churn_rate_90d_annualised
-- title: Logo churn of 90 days, as a year's
-- says: Customers of 90 days ago that have no paid subscription in force now, of all customers of 90 days ago,
--   rescaled to a year: 1 - (1 - c)^(365/90). What the year comes to if the last 90 days go on.
-- population: customers_90d_ago
-- value: 100.0 * (1.0 - power(1.0 - CAST(sum(churned) AS DOUBLE) / nullif(count(*), 0), 365.0 / 90.0))
-- unit: percent
-- window: 90 days
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions
-- unknown: no account had a paid subscription in force 90 days before the as-of date
SELECT c.account_id, c.opening_minor, CASE WHEN a.status IN ('managed', 'lapsed') THEN 0 ELSE 1 END AS churned
FROM (
  SELECT b.account_id, CAST(sum(b.mrr_minor) AS BIGINT) AS opening_minor
  FROM paid_subscriptions AS b
  CROSS JOIN session_params AS p
  WHERE b.start_date <= p.as_of - 90 AND (b.end_date IS NULL OR b.end_date > p.as_of - 90)
  GROUP BY b.account_id
) AS c
JOIN account_status AS a ON a.account_id = c.account_id
