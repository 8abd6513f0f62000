-- metric: nps_score
-- title: Net promoter score
-- says: Share of 9 and 10 minus share of 0 to 6, of the latest answer per contact in 365 days.
-- value: 100.0 * (sum(promoter) - sum(detractor)) / nullif(count(*), 0)
-- unit: score
-- window: 365 days
-- min_n: 30
-- target: > 50
-- plausible: >= -100, <= 100
-- needs: survey_responses
-- unknown: no NPS answer in 365 days: import an NPS survey export
SELECT account_id, contact_id, response_id, responded_at, score, promoter, detractor
FROM nps_latest
