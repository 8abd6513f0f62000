-- derived: mrr_waterfall
-- title: MRR waterfall by calendar month
-- says: Opening + new + expansion + reactivation + contraction + churn + lapsed = closing; contraction, churn and what
--   lapsed undecided are negative.
--   Opening and closing are the subscriptions in force before the month's first and on its last day, the rest are the
--   movements between. Rates of exchange are fixed, so they move nothing.
-- needs: months, account_months, paid_subscriptions, mrr_movements
WITH kinds AS (
  SELECT kind
  FROM (VALUES ('opening'), ('new'), ('expansion'), ('reactivation'), ('contraction'), ('churn'), ('lapsed'), ('closing')) AS v(kind)
), amounts AS (
  SELECT m.month, 'opening' AS kind, b.mrr_minor AS amount_minor
  FROM months AS m
  JOIN paid_subscriptions AS b ON b.start_date < m.month AND (b.end_date IS NULL OR b.end_date >= m.month)
  WHERE b.mrr_minor IS NOT NULL
  UNION ALL
  SELECT m.month, v.kind, v.delta_minor AS amount_minor
  FROM months AS m
  JOIN mrr_movements AS v ON v.movement_date >= m.month AND v.movement_date <= m.ends_on
  UNION ALL
  SELECT a.month, 'closing' AS kind, a.mrr_minor AS amount_minor
  FROM account_months AS a
)
SELECT m.month, k.kind, CAST(coalesce(sum(a.amount_minor), 0) AS BIGINT) AS amount_minor
FROM months AS m
CROSS JOIN kinds AS k
LEFT JOIN amounts AS a ON a.month = m.month AND a.kind = k.kind
GROUP BY m.month, k.kind
