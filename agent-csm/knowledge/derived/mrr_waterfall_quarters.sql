-- derived: mrr_waterfall_quarters
-- title: MRR waterfall by fiscal quarter
-- says: The months of `mrr_waterfall` gathered into fiscal quarters: opening is that of the first of its months, closing
--   that of the last, movements are summed; the first quarter and the running one may hold fewer than three months.
-- needs: mrr_waterfall, fiscal_quarters
WITH placed AS (
  SELECT q.quarter, q.starts_on, w.month, w.kind, w.amount_minor,
         row_number() OVER (PARTITION BY q.quarter, w.kind ORDER BY w.month) AS from_first,
         row_number() OVER (PARTITION BY q.quarter, w.kind ORDER BY w.month DESC) AS from_last
  FROM mrr_waterfall AS w
  JOIN fiscal_quarters AS q ON w.month >= q.starts_on AND w.month < q.next_on
)
SELECT quarter, starts_on, kind, CAST(sum(amount_minor) AS BIGINT) AS amount_minor
FROM placed
WHERE (kind = 'opening' AND from_first = 1) OR (kind = 'closing' AND from_last = 1) OR kind NOT IN ('opening', 'closing')
GROUP BY quarter, starts_on, kind
