-- check: waterfall_account
-- title: The MRR waterfall reconciles for every account and month
-- says: What an account paid before the month's first, plus its movements, is what it pays on the month's last day.
--   Accounts with money in a currency without a rate are left out.
-- guards: mrr_new, mrr_expansion, mrr_reactivation, mrr_contraction, mrr_churn, mrr_lapsed, mrr_churn_gross_rate, mrr_churn_net_rate,
--   expansion_revenue
-- needs: months, account_months, paid_subscriptions, mrr_movements
SELECT a.account_id, a.month, sum(a.opening_minor) AS opening_minor, sum(a.moved_minor) AS moved_minor,
       sum(a.closing_minor) AS closing_minor
FROM (
  SELECT b.account_id, m.month, b.mrr_minor AS opening_minor, 0 AS moved_minor, 0 AS closing_minor
  FROM months AS m
  JOIN paid_subscriptions AS b ON b.start_date < m.month AND (b.end_date IS NULL OR b.end_date >= m.month)
  UNION ALL
  SELECT v.account_id, m.month, 0 AS opening_minor, v.delta_minor AS moved_minor, 0 AS closing_minor
  FROM months AS m
  JOIN mrr_movements AS v ON v.movement_date >= m.month AND v.movement_date <= m.ends_on
  UNION ALL
  SELECT account_id, month, 0 AS opening_minor, 0 AS moved_minor, mrr_minor AS closing_minor
  FROM account_months
) AS a
LEFT JOIN (SELECT DISTINCT account_id FROM paid_subscriptions WHERE mrr_minor IS NULL) AS u ON u.account_id = a.account_id
WHERE u.account_id IS NULL
GROUP BY a.account_id, a.month
HAVING sum(a.opening_minor) + sum(a.moved_minor) <> sum(a.closing_minor)
