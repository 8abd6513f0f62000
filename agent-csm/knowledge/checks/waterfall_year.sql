-- check: waterfall_year
-- title: The waterfall of the trailing twelve months reconciles
-- says: MRR twelve months ago + new + expansion + reactivation - contraction - churn - lapsed = MRR on the as-of date, as the
--   figures say them.
-- guards: mrr, mrr_opening, mrr_new, mrr_expansion, mrr_reactivation, mrr_contraction, mrr_churn, mrr_lapsed, arr, expansion_revenue
-- needs: figure_values
SELECT sum(CASE WHEN metric = 'mrr' THEN 0 WHEN metric IN ('mrr_contraction', 'mrr_churn', 'mrr_lapsed') THEN -value ELSE value END) AS reached_minor,
       sum(CASE WHEN metric = 'mrr' THEN value ELSE 0 END) AS mrr_minor
FROM figure_values
WHERE dimension = 'all' AND value IS NOT NULL
  AND metric IN ('mrr_opening', 'mrr_new', 'mrr_expansion', 'mrr_reactivation', 'mrr_contraction', 'mrr_churn', 'mrr_lapsed', 'mrr')
HAVING count(*) = 8
   AND sum(CASE WHEN metric IN ('mrr', 'mrr_contraction', 'mrr_churn', 'mrr_lapsed') THEN -value ELSE value END) <> 0
