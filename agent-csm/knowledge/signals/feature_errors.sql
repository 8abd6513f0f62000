-- signal: feature_errors
-- title: Errors in use
-- says: Errors per 100 uses in 28 days; fires from `errors_high` (20) with 50 uses.
-- kind: risk
-- dimension: usage
-- value: 100.0 * sum(errors) / nullif(sum(uses), 0)
-- n: CAST(sum(uses) AS BIGINT)
-- unit: ratio
-- window: 28 days
-- let: met = CAST(sum(errors) AS BIGINT); used = CAST(sum(uses) AS BIGINT)
-- fires: value >= (SELECT max(l.errors_high) FROM limits AS l) AND used >= 50
-- severity: 1
-- text: {met} errors in {used} uses in 28 days
-- needs: accounts, subscriptions, usage_events
-- needs_column: usage_events.errors
SELECT s.account_id, d.event_date, d.uses, d.errors
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN usage_days AS d ON d.account_id = s.account_id
WHERE d.days_ago < 28 AND d.errors IS NOT NULL
