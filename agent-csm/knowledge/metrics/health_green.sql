-- metric: health_green
-- title: Accounts with green health
-- says: Managed accounts whose health score is in the green band.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT h.account_id, h.score, h.band, h.coverage, h.floored_by, a.arr_minor
FROM health_scores AS h
JOIN account_status AS a ON a.account_id = h.account_id
WHERE a.status = 'managed' AND h.band = 'green'
