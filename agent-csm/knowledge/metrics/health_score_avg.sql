-- metric: health_score_avg
-- title: Health score, mean
-- says: Plain mean over managed accounts that have a score; n says how many have.
-- population: managed
-- value: CAST(sum(score) AS DOUBLE) / nullif(count(*), 0)
-- unit: score
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions
-- unknown: no managed account has enough measured parts for a health score: map usage, tickets, surveys, interactions or invoices
SELECT h.account_id, h.score, h.band, h.coverage, h.floored_by, h.version, a.arr_minor
FROM health_scores AS h
JOIN account_status AS a ON a.account_id = h.account_id
WHERE a.status = 'managed'
