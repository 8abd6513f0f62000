-- metric: accounts_scored
-- title: Accounts with a health score
-- says: Managed accounts of which enough parts are measured for a score.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT h.account_id, h.score, h.band, h.coverage, h.floored_by, h.version, a.arr_minor
FROM health_scores AS h
JOIN account_status AS a ON a.account_id = h.account_id
WHERE a.status = 'managed'
