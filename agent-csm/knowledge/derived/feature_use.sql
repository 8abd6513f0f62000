-- derived: feature_use
-- title: Use of each feature by each account
-- says: One row per account and feature, over all the time the usage data covers; usage that names no feature has a row
--   with none. People are counted only where the usage names them.
-- needs: usage_events, session_params
SELECT e.account_id, e.feature, min(e.event_date) AS first_used_on, max(e.event_date) AS last_used_on,
       CAST(sum(CASE WHEN e.event_date > p.as_of - 90 THEN coalesce(e.quantity, 1) ELSE 0 END) AS BIGINT) AS uses_90,
       CAST(sum(CASE WHEN e.event_date > p.as_of - 28 THEN coalesce(e.quantity, 1) ELSE 0 END) AS BIGINT) AS uses_28,
       count(DISTINCT CASE WHEN e.event_date > p.as_of - 28 THEN e.user_id END) AS users_28,
       count(DISTINCT CASE WHEN e.event_date > p.as_of - 28 THEN e.event_date END) AS days_28,
       CAST(sum(CASE WHEN e.event_date > p.as_of - 28 THEN e.errors END) AS BIGINT) AS errors_28
FROM usage_events AS e
CROSS JOIN session_params AS p
WHERE e.event_date <= p.as_of
GROUP BY e.account_id, e.feature
