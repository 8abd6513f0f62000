-- metric: health_red
-- title: Accounts with red health
-- says: Managed accounts whose health score is in the red band.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT h.account_id, h.score, h.band, h.coverage, h.floored_by, a.arr_minor
FROM health_scores AS h
JOIN account_status AS a ON a.account_id = h.account_id
WHERE a.status = 'managed' AND h.band = 'red'
