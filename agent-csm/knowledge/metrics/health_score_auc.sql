-- metric: health_score_auc
-- title: Health score, AUC over 90 days
-- says: Of pairs of a customer that left in the last 90 days and one that stayed, the share in which the health score
--   known 90 days ago was lower for the one that left, ties as a half; 0.5 is chance. Only over all accounts.
-- value: CASE WHEN sum(churned) >= 10 THEN 1.0 - (CAST(sum(churned * twice_rank) AS DOUBLE) / 2.0 - sum(churned) * (sum(churned) + 1) / 2.0) / nullif(sum(churned) * (count(*) - sum(churned)), 0) END
-- unit: ratio
-- window: 90 days
-- plausible: >= 0, <= 1
-- needs: accounts, subscriptions
-- unknown: fewer than 10 customers with a health score of 90 days ago or earlier have left since: import a table
--   `health_history` (account_id, scored_on, score)
SELECT CAST(NULL AS VARCHAR) AS account_id, scored.account_id AS account, scored_on, score, churned,
       2 * rank() OVER (ORDER BY score) + count(*) OVER (PARTITION BY score) - 1 AS twice_rank
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
