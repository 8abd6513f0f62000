-- signal: active_days
-- title: Days of use
-- says: Days with usage in the last 28; fires below `active_days` percent (50) of the account's own days in 28, over the
--   84 days before or since its first use, where those were at least four.
-- kind: risk
-- dimension: usage
-- value: CAST(sum(recent) AS BIGINT)
-- n: CAST(sum(before) AS BIGINT)
-- unit: days
-- window: 112 days
-- let: span = max(baseline_days); usual = 28.0 * CAST(sum(before) AS DOUBLE) / nullif(max(baseline_days), 0)
-- fires: 100.0 * value < (SELECT max(l.active_days) FROM limits AS l) * usual AND usual >= 4 AND span >= 28
-- severity: 1
-- text: Used on {value} of the last 28 days; usually on {usual:1} of 28 (over the {span} days before)
-- needs: accounts, subscriptions, usage_events
SELECT s.account_id, d.event_date, d.uses,
       CASE WHEN d.days_ago < 28 THEN 1 ELSE 0 END AS recent,
       CASE WHEN d.days_ago >= 28 THEN 1 ELSE 0 END AS before,
       CASE WHEN s.as_of - f.first_on >= 28 THEN least(84, s.as_of - f.first_on - 27) END AS baseline_days
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN usage_days AS d ON d.account_id = s.account_id
JOIN (SELECT account_id, min(first_used_on) AS first_on FROM feature_use GROUP BY account_id) AS f
  ON f.account_id = s.account_id
WHERE d.days_ago < 112 AND d.uses > 0
