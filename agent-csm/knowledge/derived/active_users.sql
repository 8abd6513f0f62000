-- derived: active_users
-- title: People who used the product in 30 days
-- says: One row per account and person, only people the usage data names.
-- needs: usage_rollup, session_params
WITH days AS (
  SELECT r.account_id, r.user_id, r.event_date
  FROM usage_rollup AS r
  CROSS JOIN session_params AS p
  WHERE r.user_id IS NOT NULL AND r.event_date > p.as_of - 30
  GROUP BY r.account_id, r.user_id, r.event_date
)
SELECT account_id, user_id, max(event_date) AS last_used_on, count(*) AS active_days
FROM days
GROUP BY account_id, user_id
