-- check: parts_add_up
-- title: Parts add up to the whole
-- says: Every figure that is a plain sum over accounts (`additive` in its head) equals the sum of its parts by account,
--   by owner, by segment and by tier. The figures that do not are those it stops.
-- guards: *
-- needs: figure_values
SELECT w.metric, p.dimension, w.value AS whole, p.value AS parts
FROM figure_values AS w
JOIN figure_values AS p ON p.metric = w.metric AND p.dimension <> 'all'
WHERE w.additive AND w.dimension = 'all' AND w.value <> p.value
