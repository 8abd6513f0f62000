-- signal: active_users
-- title: Active people against the month before
-- says: Distinct people active in the last 28 days, of those active in the 28 days before, in percent; fires below `active_people` (70).
-- kind: risk
-- dimension: usage
-- value: 100.0 * sum(recent) / nullif(sum(before), 0)
-- n: sum(before)
-- unit: percent
-- window: 56 days
-- let: now = CAST(sum(recent) AS BIGINT); earlier = CAST(sum(before) AS BIGINT)
-- fires: value < (SELECT max(l.active_people) FROM limits AS l) AND earlier >= 5
-- severity: 2
-- text: People active in 28 days: {now}; in the 28 days before: {earlier}
-- needs: accounts, subscriptions, usage_events
-- needs_column: usage_events.user_id
SELECT s.account_id, u.user_id, u.last_used_on, u.recent, u.before
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN (
  SELECT e.account_id, e.user_id, max(e.event_date) AS last_used_on,
         max(CASE WHEN e.event_date > p.as_of - 28 THEN 1 ELSE 0 END) AS recent,
         max(CASE WHEN e.event_date <= p.as_of - 28 THEN 1 ELSE 0 END) AS before
  FROM usage_rollup AS e
  CROSS JOIN session_params AS p
  WHERE e.user_id IS NOT NULL AND e.event_date > p.as_of - 56 AND e.event_date <= p.as_of
  GROUP BY e.account_id, e.user_id
) AS u ON u.account_id = s.account_id
