-- signal: core_actions
-- title: Core actions
-- says: Uses of core features in the last 28 days, days without use counted as zero, beside the 28 days before and the
--   people active in a week and in 30 days. Without a feature marked as core all of them count.
-- kind: context
-- dimension: usage
-- value: CAST(sum(core_uses * recent) AS BIGINT)
-- n: CAST(sum(recent) AS BIGINT)
-- unit: count
-- window: 56 days
-- let: earlier = CAST(sum(core_uses * (1 - recent)) AS BIGINT); week = max(people_week); month = max(people_month)
-- fires: value = 0 AND earlier > 0
-- severity: 1
-- text: Core actions in 28 days: {value}; in the 28 days before: {earlier}; people active: {week} in a week, {month} in 30 days
-- needs: accounts, subscriptions, usage_events
-- needs_column: usage_events.feature
SELECT s.account_id, d.event_date, d.core_uses, CASE WHEN d.days_ago < 28 THEN 1 ELSE 0 END AS recent,
       coalesce(u.people_week, 0) AS people_week, coalesce(u.people_month, 0) AS people_month
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN usage_days AS d ON d.account_id = s.account_id AND d.days_ago < 56
LEFT JOIN (
  SELECT u.account_id, count(*) AS people_month, sum(CASE WHEN u.last_used_on > p.as_of - 7 THEN 1 ELSE 0 END) AS people_week
  FROM active_users AS u
  CROSS JOIN session_params AS p
  GROUP BY u.account_id
) AS u ON u.account_id = s.account_id
