-- derived: health_moves
-- title: Health bands 90 days ago and now
-- says: Managed accounts with a band now and one on record 90 days ago or earlier; steps above zero are for the better.
-- needs: health_scores, account_status, health_records, session_params
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
