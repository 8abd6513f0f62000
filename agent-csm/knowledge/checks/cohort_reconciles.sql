-- check: cohort_reconciles
-- title: Retention reconciles with the waterfall, account by account
-- says: What a customer of twelve months ago paid then, plus its movements since, is what it pays now; it churned, or
--   lapsed undecided, exactly if that is nothing. Accounts with money in a currency without a rate are left out.
-- guards: nrr, grr, churn_rate, churn_rate_arr, mrr_opening
-- needs: cohort_12m, mrr_movements, paid_subscriptions, session_params
SELECT c.account_id, c.opening_minor, coalesce(v.moved_minor, 0) AS moved_minor, c.closing_minor, c.churned
FROM cohort_12m AS c
LEFT JOIN (
  SELECT m.account_id, sum(m.delta_minor) AS moved_minor
  FROM mrr_movements AS m
  CROSS JOIN session_params AS p
  WHERE m.movement_date > p.t0 AND m.movement_date <= p.as_of
  GROUP BY m.account_id
) AS v ON v.account_id = c.account_id
LEFT JOIN (SELECT DISTINCT account_id FROM paid_subscriptions WHERE mrr_minor IS NULL) AS u ON u.account_id = c.account_id
WHERE u.account_id IS NULL
  AND (c.opening_minor + coalesce(v.moved_minor, 0) <> c.closing_minor
       OR c.churned + c.undecided <> CASE WHEN c.closing_minor = 0 THEN 1 ELSE 0 END)
