-- signal: usage_growth
-- title: Usage grows
-- says: Uses per day in the last 28 days, of uses per day in the 90 days before them, in percent; fires from 130 with usage on at least 12 days of the baseline.
-- kind: growth
-- dimension: usage
-- value: 100.0 * (CAST(sum(recent) AS DOUBLE) / 28) / nullif(CAST(sum(before) AS DOUBLE) / 90, 0)
-- n: sum(day_before)
-- unit: percent
-- window: 118 days
-- let: last28 = CAST(sum(recent) AS BIGINT)
-- fires: value >= 130 AND n >= 12
-- severity: 1
-- text: Usage grew to {value}% of its own 90-day baseline ({last28} uses in 28 days)
-- needs: accounts, subscriptions, usage_events
SELECT s.account_id, d.event_date, d.days_ago, d.uses,
       CASE WHEN d.days_ago < 28 THEN d.uses ELSE 0 END AS recent,
       CASE WHEN d.days_ago >= 28 AND d.days_ago < 118 THEN d.uses ELSE 0 END AS before,
       CASE WHEN d.days_ago >= 28 AND d.days_ago < 118 THEN 1 ELSE 0 END AS day_before
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN usage_days AS d ON d.account_id = s.account_id
WHERE d.days_ago < 118
