-- derived: health_records
-- title: Health as it was on record earlier
-- says: What was imported as `health_history`, and what sessions of earlier days had on record of every customer they
--   managed, those that have left since too.
-- needs: health_history, past_records, session_params
SELECT h.account_id, h.scored_on, h.score, h.band, h.at_risk
FROM health_history AS h
UNION ALL
SELECT q.account_id, q.scored_on, CAST(q.score AS DOUBLE) AS score, q.band, q.at_risk
FROM past_records AS q
CROSS JOIN session_params AS p
LEFT JOIN health_history AS h ON h.account_id = q.account_id AND h.scored_on = q.scored_on
WHERE q.scored_on < p.as_of AND h.account_id IS NULL
