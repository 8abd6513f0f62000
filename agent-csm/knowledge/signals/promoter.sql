-- signal: promoter
-- title: Promoters
-- says: Contacts whose latest NPS answer in 365 days is 9 or 10.
-- kind: growth
-- dimension: sentiment
-- value: CAST(sum(promoter) AS BIGINT)
-- unit: count
-- window: 365 days
-- let: detractors = CAST(sum(detractor) AS BIGINT)
-- fires: value >= 1 AND detractors = 0
-- severity: 1
-- text: Promoters: {value} of {n} contacts who answered, no detractor
-- needs: accounts, subscriptions, survey_responses
SELECT s.account_id, l.contact_id, l.response_id, l.responded_at, l.score, l.promoter, l.detractor
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN nps_latest AS l ON l.account_id = s.account_id
