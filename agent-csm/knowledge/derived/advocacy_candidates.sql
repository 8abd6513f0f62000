-- derived: advocacy_candidates
-- title: Managed accounts one could ask for advocacy, ranked
-- says: A promoter or a proven objective, green health, not at risk, and no request in the last 180 days.
-- needs: account_status, health_scores, at_risk, nps_latest, objectives, advocacy_activities, session_params
WITH promoters AS (
  SELECT account_id, sum(promoter) AS promoters FROM nps_latest GROUP BY account_id
), proven AS (
  SELECT account_id, count(*) AS proven FROM objectives WHERE proven_on IS NOT NULL GROUP BY account_id
), asked AS (
  SELECT v.account_id
  FROM advocacy_activities AS v
  CROSS JOIN session_params AS p
  WHERE v.requested_on > p.as_of - 180
  GROUP BY v.account_id
)
SELECT a.account_id,
       CAST(row_number() OVER (ORDER BY coalesce(o.proven, 0) DESC, coalesce(n.promoters, 0) DESC, h.score DESC,
            a.account_id) AS BIGINT) AS rank,
       CAST(coalesce(n.promoters, 0) AS BIGINT) AS promoters,
       CAST(coalesce(o.proven, 0) AS BIGINT) AS proven_objectives,
       h.score AS health_score, a.arr_minor
FROM account_status AS a
JOIN health_scores AS h ON h.account_id = a.account_id AND h.band = 'green'
LEFT JOIN promoters AS n ON n.account_id = a.account_id
LEFT JOIN proven AS o ON o.account_id = a.account_id
LEFT JOIN at_risk AS r ON r.account_id = a.account_id
LEFT JOIN asked AS q ON q.account_id = a.account_id
WHERE a.status = 'managed' AND r.account_id IS NULL AND q.account_id IS NULL
  AND (coalesce(n.promoters, 0) > 0 OR coalesce(o.proven, 0) > 0)
