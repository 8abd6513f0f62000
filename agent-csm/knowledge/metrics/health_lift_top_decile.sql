-- metric: health_lift_top_decile
-- title: Health score, lift of the lowest tenth
-- says: Logo churn of 90 days among the tenth of customers with the lowest health score 90 days ago, of that among
--   all of them. Only over all accounts.
-- value: CASE WHEN sum(churned) >= 10 THEN (CAST(sum(churned * lowest) AS DOUBLE) / nullif(sum(lowest), 0)) / (CAST(sum(churned) AS DOUBLE) / count(*)) END
-- unit: ratio
-- window: 90 days
-- plausible: >= 0, <= 10
-- needs: accounts, subscriptions
-- unknown: fewer than 10 customers with a health score of 90 days ago or earlier have left since: import a table
--   `health_history` (account_id, scored_on, score)
SELECT CAST(NULL AS VARCHAR) AS account_id, scored.account_id AS account, scored_on, score, churned,
       CASE WHEN 10 * row_number() OVER (ORDER BY score, scored.account_id) <= count(*) OVER () + 9 THEN 1 ELSE 0 END AS lowest
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
