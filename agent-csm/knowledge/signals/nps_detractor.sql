-- signal: nps_detractor
-- title: Detractors
-- says: Contacts whose latest NPS answer in 365 days is 0 to 6. Fires where they outnumber the promoters: a single
--   detractor among many is a call to make, not an account at risk.
-- kind: risk
-- dimension: sentiment
-- value: CAST(sum(detractor) AS BIGINT)
-- unit: count
-- window: 365 days
-- let: promoters = CAST(sum(promoter) AS BIGINT)
-- score: 50.0 + 50.0 * (promoters - value) / nullif(n, 0)
-- fires: value > promoters
-- severity: 2
-- text: Detractors: {value} of {n} contacts who answered; promoters: {promoters}
-- needs: accounts, subscriptions, survey_responses
SELECT s.account_id, l.contact_id, l.response_id, l.responded_at, l.score, l.promoter, l.detractor
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN nps_latest AS l ON l.account_id = s.account_id
