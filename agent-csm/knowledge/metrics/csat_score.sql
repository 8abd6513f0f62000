-- metric: csat_score
-- title: Customer satisfaction
-- says: Share of answers in the top box (4 and 5 on a scale of 1 to 5), of all CSAT answers of managed accounts in 90
--   days. Answers of others are counted beside: survey_answers_uncounted.
-- population: managed
-- value: 100.0 * sum(satisfied) / nullif(count(*), 0)
-- unit: percent
-- window: 90 days
-- target: > 90
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, survey_responses
-- unknown: no CSAT answer in 90 days
SELECT r.account_id, r.contact_id, r.response_id, r.ticket_id, r.responded_at, r.score, r.scale_min, r.scale_max,
       CASE WHEN 4 * (r.score - r.scale_min) >= 3 * (r.scale_max - r.scale_min) THEN 1 ELSE 0 END AS satisfied
FROM survey_responses AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE r.kind = 'csat'
  AND CAST(r.responded_at AS DATE) > p.as_of - 90 AND CAST(r.responded_at AS DATE) <= p.as_of
