-- metric: health_coverage_median
-- title: Health score, coverage of the median account
-- says: Share of the score's weight that could be measured; half of the managed accounts with a score are below.
-- population: managed
-- value: 100.0 * percentile_cont(0.5) WITHIN GROUP (ORDER BY coverage)
-- unit: percent
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions
-- unknown: no managed account has enough measured parts for a health score
SELECT h.account_id, h.score, h.band, h.coverage, h.version
FROM health_scores AS h
JOIN account_status AS a ON a.account_id = h.account_id
WHERE a.status = 'managed'
