-- metric: csat_score
-- title: Customer satisfaction
-- says: Share of answers in the top box (4 and 5 on a scale of 1 to 5), of all CSAT answers in 90 days.
-- value: 100.0 * sum(satisfied) / nullif(count(*), 0)
-- unit: percent
-- window: 90 days
-- target: > 90
-- plausible: >= 0, <= 100
-- needs: survey_responses
-- unknown: no CSAT answer in 90 days
SELECT r.account_id, r.contact_id, r.response_id, r.ticket_id, r.responded_at, r.score, r.scale_min, r.scale_max,
       CASE WHEN 4 * (r.score - r.scale_min) >= 3 * (r.scale_max - r.scale_min) THEN 1 ELSE 0 END AS satisfied
FROM survey_responses AS r
CROSS JOIN session_params AS p
WHERE r.kind = 'csat'
  AND CAST(r.responded_at AS DATE) > p.as_of - 90 AND CAST(r.responded_at AS DATE) <= p.as_of
