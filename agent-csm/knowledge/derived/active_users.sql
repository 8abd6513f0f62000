-- derived: active_users
-- title: People who used the product in 30 days
-- says: One row per account and person, only people the usage data names.
-- needs: usage_events, session_params
SELECT e.account_id, e.user_id, max(e.event_date) AS last_used_on, count(DISTINCT e.event_date) AS active_days
FROM usage_events AS e
CROSS JOIN session_params AS p
WHERE e.user_id IS NOT NULL AND e.event_date > p.as_of - 30 AND e.event_date <= p.as_of
GROUP BY e.account_id, e.user_id
