-- signal: usage_growth
-- title: Usage grows
-- says: Uses per day in the last 28 days, of uses per day in the 90 days before them, or since the first use where that is later, in percent;
--   fires from `usage_growth` (130) with at least 56 days of baseline and usage on 12 of them.
-- kind: growth
-- dimension: usage
-- value: 100.0 * (CAST(sum(recent) AS DOUBLE) / 28) / nullif(CAST(sum(before) AS DOUBLE) / max(baseline_days), 0)
-- n: sum(day_before)
-- unit: percent
-- window: 118 days
-- let: last28 = CAST(sum(recent) AS BIGINT); span = max(baseline_days)
-- fires: value >= (SELECT max(l.usage_growth) FROM limits AS l) AND n >= 12 AND span >= 56
-- severity: 1
-- text: Usage grew to {value}% of its own {span}-day baseline ({last28} uses in 28 days)
-- needs: accounts, subscriptions, usage_events
SELECT s.account_id, d.event_date, d.days_ago, d.uses,
       CASE WHEN d.days_ago < 28 THEN d.uses ELSE 0 END AS recent,
       CASE WHEN d.days_ago >= 28 AND d.days_ago < 118 THEN d.uses ELSE 0 END AS before,
       CASE WHEN d.days_ago >= 28 AND d.days_ago < 118 THEN 1 ELSE 0 END AS day_before,
       CASE WHEN s.as_of - f.first_on >= 28 THEN least(90, s.as_of - f.first_on - 27) END AS baseline_days
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN usage_days AS d ON d.account_id = s.account_id
JOIN (SELECT account_id, min(event_date) AS first_on FROM usage_rollup GROUP BY account_id) AS f
  ON f.account_id = s.account_id
WHERE d.days_ago < 118 AND d.uses > 0
