-- check: waterfall_quarter
-- title: The MRR waterfall adds up in every fiscal quarter
-- says: Opening and movements of a quarter sum to its closing, to the minor unit.
-- needs: mrr_waterfall_quarters
-- guards: mrr_opening, mrr_new, mrr_expansion, mrr_reactivation, mrr_contraction, mrr_churn
SELECT quarter, CAST(sum(CASE WHEN kind = 'closing' THEN -amount_minor ELSE amount_minor END) AS BIGINT) AS off_minor
FROM mrr_waterfall_quarters
GROUP BY quarter
HAVING sum(CASE WHEN kind = 'closing' THEN -amount_minor ELSE amount_minor END) <> 0
