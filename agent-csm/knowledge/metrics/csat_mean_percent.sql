-- metric: csat_mean_percent
-- title: Customer satisfaction, mean of the scale's top
-- says: Sum of the CSAT scores of managed accounts in 90 days, of the highest scores their scales allow.
-- population: managed
-- value: 100.0 * sum(score) / nullif(sum(scale_max), 0)
-- unit: percent
-- window: 90 days
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, survey_responses
-- unknown: no CSAT answer in 90 days
SELECT r.account_id, r.contact_id, r.response_id, r.ticket_id, r.responded_at, r.score, r.scale_min, r.scale_max
FROM survey_responses AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE r.kind = 'csat'
  AND CAST(r.responded_at AS DATE) > p.as_of - 90 AND CAST(r.responded_at AS DATE) <= p.as_of
