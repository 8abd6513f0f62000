-- signal: entitled_unused
-- title: Bought and not used
-- says: Core features of the account's plan that nobody used in 90 days: never, or not any more. A customer of less than
--   30 days is still beginning. Without a feature marked as core all of them count.
-- kind: adoption
-- dimension: adoption
-- value: CAST(sum(is_unused) AS BIGINT)
-- unit: count
-- window: 90 days
-- let: never = CAST(sum(is_never) AS BIGINT); lapsed = CAST(sum(is_unused - is_never) AS BIGINT); days = max(customer_days)
-- fires: value >= 1 AND days >= 30
-- severity: 1
-- text: Core features of the plan not used in 90 days: {value} of {n} ({never} never used, {lapsed} no longer)
-- needs: accounts, subscriptions, usage_events, features
-- needs_column: usage_events.feature
SELECT s.account_id, e.feature, e.title, e.state, e.last_used_on, e.uses_90, s.as_of - a.first_paid_on AS customer_days,
       CASE WHEN e.state = 'used' THEN 0 ELSE 1 END AS is_unused,
       CASE WHEN e.state = 'never' THEN 1 ELSE 0 END AS is_never
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN entitlements AS e ON e.account_id = s.account_id AND e.is_core
