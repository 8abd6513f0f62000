-- check: grr_at_most_nrr
-- title: Gross retention is at most net retention
-- says: Net retention adds expansion to the same cohort, so it can't be lower.
-- guards: grr, nrr
-- needs: figure_values
SELECT g.value AS grr, n.value AS nrr
FROM figure_values AS g
JOIN figure_values AS n ON n.metric = 'nrr' AND n.dimension = 'all'
WHERE g.metric = 'grr' AND g.dimension = 'all' AND g.value > n.value
