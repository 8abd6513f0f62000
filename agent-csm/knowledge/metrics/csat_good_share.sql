-- metric: csat_good_share
-- title: Customer satisfaction, good or bad
-- says: Share of good answers in surveys of two or three steps (good or bad; 0, 1, 2) at managed accounts, 90
--   days. Surveys on longer scales are not mixed in.
-- population: managed
-- value: 100.0 * sum(CASE WHEN score = scale_max THEN 1 ELSE 0 END) / nullif(count(*), 0)
-- unit: percent
-- window: 90 days
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, survey_responses
-- unknown: no CSAT answer on a scale of two or three steps in 90 days
SELECT r.account_id, r.contact_id, r.response_id, r.ticket_id, r.responded_at, r.score, r.scale_min, r.scale_max
FROM survey_responses AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE r.kind = 'csat' AND r.scale_max - r.scale_min <= 2
  AND CAST(r.responded_at AS DATE) > p.as_of - 90 AND CAST(r.responded_at AS DATE) <= p.as_of
