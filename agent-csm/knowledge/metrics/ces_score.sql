-- metric: ces_score
-- title: Customer effort score
-- says: Mean of the answers of managed accounts on the ease scale of 1 to 7, 365 days; 7 is easiest.
-- population: managed
-- value: CAST(sum(score) AS DOUBLE) / nullif(count(*), 0)
-- unit: ratio
-- window: 365 days
-- plausible: >= 1, <= 7
-- needs: accounts, subscriptions, survey_responses
-- unknown: no effort answer on the scale of 1 to 7 in 365 days
SELECT r.account_id, r.contact_id, r.response_id, r.responded_at, r.score
FROM survey_responses AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE r.kind = 'ces' AND r.scale_min = 1 AND r.scale_max = 7
  AND CAST(r.responded_at AS DATE) > p.as_of - 365 AND CAST(r.responded_at AS DATE) <= p.as_of
