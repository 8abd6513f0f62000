-- metric: health_red_green_churn
-- title: Health score, churn of red to green
-- says: Logo churn of 90 days among customers red 90 days ago, of that among green ones.
-- value: CASE WHEN sum(churned) >= 10 THEN (CAST(sum(CASE WHEN band = 'red' THEN churned ELSE 0 END) AS DOUBLE) / nullif(sum(CASE WHEN band = 'red' THEN 1 ELSE 0 END), 0)) / nullif(CAST(sum(CASE WHEN band = 'green' THEN churned ELSE 0 END) AS DOUBLE) / nullif(sum(CASE WHEN band = 'green' THEN 1 ELSE 0 END), 0), 0) END
-- unit: ratio
-- window: 90 days
-- plausible: >= 0
-- needs: accounts, subscriptions
-- unknown: fewer than 10 customers with a health score of 90 days ago or earlier have left since: import a table
--   `health_history` (account_id, scored_on, score); or no green one has left
SELECT account_id, scored_on, score, band, churned
FROM (
  SELECT r.account_id, r.scored_on, r.score, r.band, CASE WHEN a.status = 'managed' THEN 0 ELSE 1 END AS churned
  FROM (
    SELECT health_records.*, row_number() OVER (PARTITION BY account_id ORDER BY scored_on DESC) AS newest
    FROM health_records
    CROSS JOIN session_params AS p
    WHERE scored_on <= p.as_of - 90 AND score IS NOT NULL
  ) AS r
  JOIN (
    SELECT b.account_id
    FROM paid_subscriptions AS b
    CROSS JOIN session_params AS p
    WHERE b.start_date <= p.as_of - 90 AND (b.end_date IS NULL OR b.end_date > p.as_of - 90)
    GROUP BY b.account_id
  ) AS c ON c.account_id = r.account_id
  JOIN account_status AS a ON a.account_id = r.account_id
  WHERE r.newest = 1
) AS scored
