-- signal: csat_low
-- title: Satisfaction with support
-- says: Share of CSAT answers in the top box, over 180 days; an account gives few. Fires below `csat_low` (60) percent with three answers.
-- kind: risk
-- dimension: sentiment
-- value: 100.0 * sum(satisfied) / nullif(count(*), 0)
-- unit: percent
-- window: 180 days
-- score: value
-- fires: value < (SELECT max(l.csat_low) FROM limits AS l) AND n >= 3
-- severity: 2
-- text: {value}% of {n} CSAT answers in 180 days were good
-- needs: accounts, subscriptions, survey_responses
SELECT s.account_id, r.response_id, r.ticket_id, r.responded_at, r.score, r.scale_min, r.scale_max,
       CASE WHEN 4 * (r.score - r.scale_min) >= 3 * (r.scale_max - r.scale_min) THEN 1 ELSE 0 END AS satisfied
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN survey_responses AS r ON r.account_id = s.account_id
WHERE r.kind = 'csat' AND CAST(r.responded_at AS DATE) > s.as_of - 180 AND CAST(r.responded_at AS DATE) <= s.as_of
