-- check: waterfall_month
-- title: The MRR waterfall reconciles every month
-- says: Opening + new + expansion + reactivation + contraction + churn + lapsed = closing, to the minor unit.
-- guards: mrr_new, mrr_expansion, mrr_reactivation, mrr_contraction, mrr_churn, mrr_lapsed, mrr_churn_gross_rate, mrr_churn_net_rate,
--   expansion_revenue
-- needs: mrr_waterfall
SELECT month, sum(CASE WHEN kind = 'closing' THEN 0 ELSE amount_minor END) AS reached_minor,
       sum(CASE WHEN kind = 'closing' THEN amount_minor ELSE 0 END) AS closing_minor
FROM mrr_waterfall
GROUP BY month
HAVING sum(CASE WHEN kind = 'closing' THEN -amount_minor ELSE amount_minor END) <> 0
