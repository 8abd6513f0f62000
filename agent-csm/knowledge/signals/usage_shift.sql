-- signal: usage_shift
-- title: Weekly use settled lower
-- says: The level of weekly uses after the last change point, of the level before it, in percent. Fires below
--   `usage_decay` (60) where the change began in the last 12 weeks.
-- kind: risk
-- dimension: usage
-- value: 100.0 * min(level_after) / nullif(max(level_before), 0)
-- n: CAST(max(weeks_after) AS BIGINT)
-- unit: percent
-- window: 182 days
-- let: week = max(week_start); was = max(level_before); now = min(level_after); ago = min(days_ago)
-- fires: value < (SELECT max(l.usage_decay) FROM limits AS l) AND ago <= 84
-- severity: 1
-- text: Weekly uses went from {was:1} to {now:1} in the week of {week}
-- needs: accounts, subscriptions, usage_events
SELECT s.account_id, c.week_start, c.level_before, c.level_after, c.weeks_before, c.weeks_after, s.as_of - c.week_start AS days_ago
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN (
  SELECT u.*, row_number() OVER (PARTITION BY u.account_id ORDER BY u.week_start DESC) AS place FROM usage_change_points AS u
) AS c ON c.account_id = s.account_id AND c.place = 1
