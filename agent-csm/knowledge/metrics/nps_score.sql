-- metric: nps_score
-- title: Net promoter score
-- says: Share of 9 and 10 minus share of 0 to 6, of the latest answer per contact in 365 days, at managed accounts.
--   Answers of others are counted beside: survey_answers_uncounted.
-- population: managed
-- value: 100.0 * (sum(promoter) - sum(detractor)) / nullif(count(*), 0)
-- unit: score
-- window: 365 days
-- min_n: 30
-- target: > 50
-- plausible: >= -100, <= 100
-- needs: accounts, subscriptions, survey_responses
-- unknown: no NPS answer in 365 days: import an NPS survey export
SELECT n.account_id, n.contact_id, n.response_id, n.responded_at, n.score, n.promoter, n.detractor
FROM nps_latest AS n
JOIN account_status AS a ON a.account_id = n.account_id AND a.status = 'managed'
