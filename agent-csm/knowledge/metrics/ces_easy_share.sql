-- metric: ces_easy_share
-- title: Customer effort, share that found it easy
-- says: Share of 6 and 7 of the answers of managed accounts on the ease scale of 1 to 7, 365 days.
-- population: managed
-- value: 100.0 * sum(CASE WHEN score >= 6 THEN 1 ELSE 0 END) / nullif(count(*), 0)
-- unit: percent
-- window: 365 days
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, survey_responses
-- unknown: no effort answer on the scale of 1 to 7 in 365 days
SELECT r.account_id, r.contact_id, r.response_id, r.responded_at, r.score
FROM survey_responses AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE r.kind = 'ces' AND r.scale_min = 1 AND r.scale_max = 7
  AND CAST(r.responded_at AS DATE) > p.as_of - 365 AND CAST(r.responded_at AS DATE) <= p.as_of
