-- metric: health_score
-- title: Health score of an account
-- says: Weighted mean of the measured parts, 0 to 100, by knowledge/health.toml; over several accounts their plain mean. The parts are in the table health_parts.
-- population: managed
-- value: CAST(sum(score) AS DOUBLE) / nullif(count(*), 0)
-- unit: score
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions
-- unknown: too few parts of the score are measured: map usage, tickets, surveys, interactions or invoices
SELECT h.account_id, h.score, h.band, h.coverage, h.floored_by, h.version, a.arr_minor
FROM health_scores AS h
JOIN account_status AS a ON a.account_id = h.account_id
WHERE a.status = 'managed'
