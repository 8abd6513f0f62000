-- signal: usage_trend
-- title: Usage against the account's own baseline
-- says: Decay ratio: uses per day in the last 28 days, of uses per day in the 90 days before them, or since the first use
--   where that is later, in percent. Fires below `usage_decay` (60), only with usage on at least 12 days of the baseline; scored from 4.
-- kind: risk
-- dimension: usage
-- value: 100.0 * (CAST(sum(recent) AS DOUBLE) / 28) / nullif(CAST(sum(before) AS DOUBLE) / max(baseline_days), 0)
-- n: sum(day_before)
-- unit: percent
-- window: 118 days
-- let: last28 = CAST(sum(recent) AS BIGINT); baseline = CAST(sum(before) AS BIGINT); span = max(baseline_days)
-- score: CASE WHEN n >= 4 THEN 100.0 * least(1.0, value / 100.0) END
-- fires: value < (SELECT max(l.usage_decay) FROM limits AS l) AND n >= 12
-- severity: 2
-- text: Usage runs at {value}% of its own {span}-day baseline ({last28} uses in 28 days, {baseline} in the {span} days before)
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
