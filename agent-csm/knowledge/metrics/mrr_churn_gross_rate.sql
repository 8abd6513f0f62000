-- metric: mrr_churn_gross_rate
-- title: Gross MRR churn, 12 months
-- says: Churned and contracted MRR of the trailing twelve months, of the MRR at their start. Movements of accounts
--   that came later count too.
-- value: 100.0 * CAST(sum(lost_minor) AS DOUBLE) / nullif(sum(opening_minor), 0)
-- n: CAST(sum(CASE WHEN kind = 'opening' THEN 1 ELSE 0 END) AS BIGINT)
-- unit: percent
-- window: 12 months
-- plausible: >= 0, <= 100
-- money: subscriptions
-- needs: accounts, subscriptions
-- needs_history: subscriptions
-- unknown: no account had a paid subscription in force twelve months before the as-of date
SELECT account_id, t0 AS happened_on, 'opening' AS kind, opening_minor, CAST(0 AS BIGINT) AS lost_minor, CAST(0 AS BIGINT) AS gained_minor
FROM cohort_12m
CROSS JOIN session_params AS p
UNION ALL
SELECT m.account_id, m.movement_date AS happened_on, m.kind, CAST(0 AS BIGINT) AS opening_minor,
       CASE WHEN m.kind IN ('churn', 'contraction') THEN -m.delta_minor ELSE 0 END AS lost_minor,
       CASE WHEN m.kind IN ('expansion', 'reactivation') THEN m.delta_minor ELSE 0 END AS gained_minor
FROM mrr_movements AS m
CROSS JOIN session_params AS p
WHERE m.kind <> 'new' AND m.movement_date > p.t0 AND m.movement_date <= p.as_of
