-- derived: account_feature_usage
-- title: Use of each feature by each managed account
-- says: Uses in the last 90 days, per 28 days of those in which the account was a customer, and per 100 units of MRR.
--   A feature not used has no row.
-- needs: account_status, usage_rollup
SELECT a.account_id, e.feature,
       CAST(sum(e.uses) AS DOUBLE) * 28 / max(least(90, a.as_of - a.first_paid_on + 1)) AS uses,
       CAST(sum(e.uses) AS DOUBLE) * 28 / max(least(90, a.as_of - a.first_paid_on + 1))
         / nullif(max(CAST(a.mrr_minor AS DOUBLE) / 10000.0), 0) AS uses_per_100_mrr
FROM usage_rollup AS e
JOIN account_status AS a ON a.account_id = e.account_id AND a.status = 'managed'
WHERE e.feature IS NOT NULL AND e.event_date > a.as_of - 90
GROUP BY a.account_id, e.feature
