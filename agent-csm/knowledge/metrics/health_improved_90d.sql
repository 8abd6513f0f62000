-- metric: health_improved_90d
-- title: Health better than 90 days ago
-- says: Managed accounts in a better band than in their last record of 90 days ago or earlier; n is those with a
--   record and a score now.
-- value: CASE WHEN count(*) > 0 THEN sum(CASE WHEN steps > 0 THEN 1 ELSE 0 END) END
-- unit: count
-- window: 90 days
-- needs: accounts, subscriptions
-- unknown: no account has a health score of 90 days ago or earlier: import a table `health_history` (account_id,
--   scored_on, score, band)
SELECT h.account_id, r.scored_on AS before_on, r.band AS band_before, h.band AS band_now,
       CASE h.band WHEN 'green' THEN 3 WHEN 'yellow' THEN 2 WHEN 'red' THEN 1 END
       - CASE r.band WHEN 'green' THEN 3 WHEN 'yellow' THEN 2 WHEN 'red' THEN 1 END AS steps
FROM health_scores AS h
JOIN account_status AS a ON a.account_id = h.account_id AND a.status = 'managed'
JOIN (
  SELECT health_records.*, row_number() OVER (PARTITION BY account_id ORDER BY scored_on DESC) AS newest
  FROM health_records
  CROSS JOIN session_params AS p
  WHERE scored_on <= p.as_of - 90 AND band IN ('green', 'yellow', 'red')
) AS r ON r.account_id = h.account_id AND r.newest = 1
