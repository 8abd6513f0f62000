-- derived: populations
-- title: Whose rows may count
-- says: One row per population of populations.toml and account of it. Every metric names one in its head; none of its rows
--   may belong to an account that is not there. Nobody is of `team`: its rows name no account.
-- needs: account_status, term_successions, paid_subscriptions, subscriptions_in_force, cohort_12m, session_params
SELECT CASE status WHEN 'managed' THEN 'managed' WHEN 'trial' THEN 'trials' WHEN 'churned' THEN 'former' WHEN 'lapsed' THEN 'lapsed'
                   WHEN 'internal' THEN 'internal' ELSE 'prospects' END AS population, account_id
FROM account_status
UNION ALL
SELECT 'known' AS population, account_id FROM account_status
UNION ALL
SELECT 'theirs' AS population, account_id FROM account_status WHERE status <> 'internal'
UNION ALL
SELECT 'not_managed' AS population, account_id FROM account_status WHERE status <> 'managed'
UNION ALL
SELECT 'customers' AS population, account_id FROM account_status WHERE first_paid_on IS NOT NULL AND status <> 'internal'
UNION ALL
SELECT 'customers_12m_ago' AS population, account_id FROM cohort_12m
UNION ALL
SELECT DISTINCT 'customers_90d_ago' AS population, b.account_id
FROM paid_subscriptions AS b
CROSS JOIN session_params AS p
WHERE b.start_date <= p.as_of - 90 AND (b.end_date IS NULL OR b.end_date > p.as_of - 90)
UNION ALL
SELECT DISTINCT 'paying_12m' AS population, b.account_id
FROM paid_subscriptions AS b
CROSS JOIN session_params AS p
WHERE b.start_date <= p.as_of AND (b.end_date IS NULL OR b.end_date > p.t0)
UNION ALL
SELECT DISTINCT 'terms_12m' AS population, b.account_id
FROM term_successions AS b
CROSS JOIN session_params AS p
WHERE (b.renewal_date > p.t0 AND b.renewal_date <= p.as_of) OR (b.end_date > p.t0 AND b.end_date <= p.as_of)
   OR (b.succeeded_on > p.t0 AND b.succeeded_on <= p.as_of)
UNION ALL
SELECT DISTINCT 'renewing_90d' AS population, f.account_id
FROM subscriptions_in_force AS f
CROSS JOIN session_params AS p
WHERE f.renewal_date > p.as_of AND f.renewal_date <= p.as_of + 90
