-- check: waterfall_next
-- title: Every month opens with what the one before closed with
-- says: Closing of a month = opening of the next, and the last closing = the MRR of all subscriptions in force.
-- guards: mrr, arr, mrr_new, mrr_expansion, mrr_reactivation, mrr_contraction, mrr_churn, mrr_lapsed, mrr_churn_gross_rate,
--   mrr_churn_net_rate, expansion_revenue
-- needs: mrr_waterfall, months, subscriptions_in_force
SELECT m.month, sum(w.closing_minor) AS closing_minor, sum(w.next_minor) AS next_minor
FROM months AS m
JOIN (
  SELECT month AS at, amount_minor AS closing_minor, 0 AS next_minor FROM mrr_waterfall WHERE kind = 'closing'
  UNION ALL
  SELECT m.month AS at, 0 AS closing_minor, w.amount_minor AS next_minor
  FROM months AS m
  JOIN months AS n ON n.month = m.next_on
  JOIN mrr_waterfall AS w ON w.month = n.month AND w.kind = 'opening'
  UNION ALL
  SELECT m.month AS at, 0 AS closing_minor, f.mrr_minor AS next_minor
  FROM months AS m
  JOIN (SELECT max(month) AS last FROM months) AS l ON l.last = m.month
  CROSS JOIN subscriptions_in_force AS f
) AS w ON w.at = m.month
GROUP BY m.month
HAVING sum(w.closing_minor) <> sum(w.next_minor)
