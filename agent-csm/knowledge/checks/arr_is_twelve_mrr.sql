-- check: arr_is_twelve_mrr
-- title: ARR is twelve times MRR
-- says: The figures arr and mrr, and expansion_revenue and mrr_expansion, are twelve to one.
-- guards: arr, mrr, expansion_revenue, mrr_expansion
-- needs: figure_values
SELECT m.metric, m.value AS month_minor, y.metric AS yearly, y.value AS year_minor
FROM figure_values AS m
JOIN figure_values AS y
  ON (m.metric = 'mrr' AND y.metric = 'arr') OR (m.metric = 'mrr_expansion' AND y.metric = 'expansion_revenue')
WHERE m.dimension = 'all' AND y.dimension = 'all' AND 12 * m.value <> y.value
