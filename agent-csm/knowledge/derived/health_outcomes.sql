-- derived: health_outcomes
-- title: What became of the customers scored 90 days ago
-- says: One row per customer that paid 90 days ago and had a health score on record then or earlier: the newest such
--   score, and whether the customer has left since.
-- needs: health_records, paid_subscriptions, account_status, session_params
SELECT r.account_id, r.scored_on, r.score, r.band, CASE WHEN a.status IN ('managed', 'lapsed') THEN 0 ELSE 1 END AS churned
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
