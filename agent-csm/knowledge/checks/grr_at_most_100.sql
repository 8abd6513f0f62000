-- check: grr_at_most_100
-- title: Gross revenue retention is at most 100 %
-- says: Nothing a customer adds may count: every account is capped at what it paid at the start.
-- guards: grr
-- needs: figure_values
SELECT metric, value
FROM figure_values
WHERE dimension = 'all' AND metric = 'grr' AND (value > 100 OR value < 0)
