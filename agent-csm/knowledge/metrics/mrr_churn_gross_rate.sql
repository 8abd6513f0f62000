-- metric: mrr_churn_gross_rate
-- title: Gross MRR churn, 12 months
-- says: Churned and contracted MRR of the trailing twelve months, of the MRR at their start, over the customers of then.
--   Each fall counts by the part below what the account paid at the start, all its falls by at most that: never
--   above 100 %. Accounts that came later don't count.
-- population: customers_12m_ago
-- value: 100.0 * CAST(sum(lost_minor) AS DOUBLE) / nullif(sum(opening_minor), 0)
-- n: CAST(sum(CASE WHEN kind = 'opening' THEN 1 ELSE 0 END) AS BIGINT)
-- unit: percent
-- window: 12 months
-- plausible: >= 0, <= 100
-- money: subscriptions
-- needs: accounts, subscriptions
-- needs_history: subscriptions
-- unknown: no account had a paid subscription in force twelve months before the as-of date
SELECT account_id, t0 AS happened_on, 'opening' AS kind, opening_minor, CAST(0 AS BIGINT) AS lost_minor
FROM cohort_12m
CROSS JOIN session_params AS p
UNION ALL
SELECT f.account_id, f.movement_date AS happened_on, f.kind, CAST(0 AS BIGINT) AS opening_minor, f.lost_minor
FROM mrr_falls AS f
