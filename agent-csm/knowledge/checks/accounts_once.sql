-- check: accounts_once
-- title: Every account stands once in the tables that figures are made of
-- says: One row per account in account_status, cohort_12m and health_scores.
-- guards: accounts_managed, arr, mrr, nrr, grr, churn_rate, churn_rate_arr, arr_at_risk, health_score_avg
-- needs: account_status, cohort_12m, health_scores
SELECT listed, account_id, count(*) AS times
FROM (
  SELECT 'account_status' AS listed, account_id FROM account_status
  UNION ALL
  SELECT 'cohort_12m' AS listed, account_id FROM cohort_12m
  UNION ALL
  SELECT 'health_scores' AS listed, account_id FROM health_scores
) AS lists
GROUP BY listed, account_id
HAVING count(*) <> 1
