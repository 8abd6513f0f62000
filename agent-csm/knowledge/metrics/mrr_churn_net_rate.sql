-- metric: mrr_churn_net_rate
-- title: Net MRR churn, 12 months
-- says: Churned and contracted MRR less expansion and reactivation of the trailing twelve months, of the MRR at their
--   start, over the customers of then; below zero where they grew by more than was lost. Accounts that came later
--   don't count, and what lapsed undecided is no loss yet.
-- population: customers_12m_ago
-- value: 100.0 * CAST(sum(lost_minor) - sum(gained_minor) AS DOUBLE) / nullif(sum(opening_minor), 0)
-- n: CAST(sum(CASE WHEN kind = 'opening' THEN 1 ELSE 0 END) AS BIGINT)
-- unit: percent
-- window: 12 months
-- plausible: >= -200, <= 100
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
JOIN cohort_12m AS c ON c.account_id = m.account_id
CROSS JOIN session_params AS p
WHERE m.kind IN ('churn', 'contraction', 'expansion', 'reactivation')
  AND m.movement_date > p.t0 AND m.movement_date <= p.as_of
