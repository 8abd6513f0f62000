-- metric: health_score_avg_arr_weighted
-- title: Health score, ARR-weighted mean
-- says: Mean over managed accounts that have a score, each weighted by its ARR.
-- population: managed
-- value: CAST(sum(score * arr_minor) AS DOUBLE) / nullif(sum(arr_minor), 0)
-- unit: score
-- plausible: >= 0, <= 100
-- money: subscriptions
-- needs: accounts, subscriptions
-- unknown: no managed account has enough measured parts for a health score: map usage, tickets, surveys, interactions or invoices
SELECT h.account_id, h.score, h.band, h.coverage, h.floored_by, h.version, a.arr_minor
FROM health_scores AS h
JOIN account_status AS a ON a.account_id = h.account_id
WHERE a.status = 'managed'
