-- metric: survey_answers_uncounted
-- title: Survey answers that no satisfaction figure counts
-- says: NPS, CSAT and effort answers of 365 days of anybody but a managed account: our own test accounts, trials, prospects,
--   former customers, and answers that name no account we know. `why` says which.
-- population: not_managed
-- value: count(*)
-- unit: count
-- window: 365 days
-- needs: accounts, subscriptions, survey_responses
SELECT a.account_id, r.response_id, r.kind, r.score, r.responded_at,
       CASE WHEN r.account_id IS NULL THEN 'names no account'
            WHEN a.account_id IS NULL THEN 'names an account nobody knows'
            WHEN a.status = 'internal' THEN 'our own account'
            WHEN a.status = 'churned' THEN 'former customer'
            ELSE a.status END AS why
FROM survey_responses AS r
CROSS JOIN session_params AS p
LEFT JOIN account_status AS a ON a.account_id = r.account_id
WHERE CAST(r.responded_at AS DATE) > p.as_of - 365 AND CAST(r.responded_at AS DATE) <= p.as_of
  AND coalesce(a.status, '') <> 'managed'
