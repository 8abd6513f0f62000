-- metric: stickiness
-- title: Stickiness: daily of monthly active people
-- says: Mean number of people active on a day of the last 30, of the people active in those 30 days, over managed
--   accounts. Judge it against its own past.
-- population: managed
-- value: 100.0 * sum(active_on_day) / nullif(30 * sum(active_in_month), 0)
-- n: CAST(sum(active_in_month) AS BIGINT)
-- unit: percent
-- window: 30 days
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, usage_events
-- needs_column: usage_events.user_id
-- unknown: nobody used the product in 30 days
SELECT d.account_id, d.event_date, CAST(NULL AS VARCHAR) AS user_id, d.users AS active_on_day, 0 AS active_in_month
FROM usage_days AS d
JOIN account_status AS a ON a.account_id = d.account_id AND a.status = 'managed'
WHERE d.days_ago < 30 AND d.users > 0
UNION ALL
SELECT u.account_id, CAST(NULL AS DATE) AS event_date, u.user_id, 0 AS active_on_day, 1 AS active_in_month
FROM active_users AS u
JOIN account_status AS a ON a.account_id = u.account_id AND a.status = 'managed'
