-- derived: health_records
-- title: Health as it was on record earlier
-- says: What was imported as `health_history`, and the scores of the session before where it was of an earlier day.
-- needs: health_history, past_scores, session_params
SELECT h.account_id, h.scored_on, h.score, h.band, h.at_risk
FROM health_history AS h
UNION ALL
SELECT q.account_id, q.as_of AS scored_on, CAST(q.score AS DOUBLE) AS score, q.band, CAST(NULL AS BOOLEAN) AS at_risk
FROM past_scores AS q
CROSS JOIN session_params AS p
LEFT JOIN health_history AS h ON h.account_id = q.account_id AND h.scored_on = q.as_of
WHERE q.as_of < p.as_of AND h.account_id IS NULL
