-- signal: feature_depth
-- title: Features per active person
-- says: How many features each person active in 28 days used, on average; fires below half of the median account where
--   that uses two or more, with three people or more.
-- kind: adoption
-- dimension: adoption
-- value: CAST(sum(users_28) AS DOUBLE) / nullif(max(people), 0)
-- n: max(people)
-- unit: ratio
-- window: 28 days
-- let: peers = max(peer_median)
-- fires: value < 0.5 * peers AND peers >= 2 AND n >= 3
-- severity: 1
-- text: {value:1} features per active person in 28 days ({n} people); the median account has {peers:1}
-- needs: accounts, subscriptions, usage_events
-- needs_column: usage_events.feature, usage_events.user_id
WITH people AS (
  SELECT u.account_id, count(*) AS people
  FROM active_users AS u
  JOIN account_status AS a ON a.account_id = u.account_id AND a.status = 'managed'
  WHERE u.last_used_on > a.as_of - 28
  GROUP BY u.account_id
), depth AS (
  SELECT u.account_id, CAST(sum(u.users_28) AS DOUBLE) / max(p.people) AS depth
  FROM feature_use AS u
  JOIN people AS p ON p.account_id = u.account_id
  WHERE u.feature IS NOT NULL
  GROUP BY u.account_id
), peers AS (
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY depth) AS peer_median FROM depth
)
SELECT p.account_id, u.feature, u.users_28, u.last_used_on, p.people, q.peer_median
FROM people AS p
JOIN feature_use AS u ON u.account_id = p.account_id
CROSS JOIN peers AS q
WHERE u.feature IS NOT NULL AND u.users_28 > 0
