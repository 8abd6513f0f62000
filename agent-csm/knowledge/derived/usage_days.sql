-- derived: usage_days
-- title: Usage per account and day, 120 days
-- says: Days without usage have no row.
-- needs: usage_events, session_params
SELECT e.account_id, e.event_date, p.as_of - e.event_date AS days_ago,
       CAST(sum(coalesce(e.quantity, 1)) AS BIGINT) AS uses,
       count(DISTINCT e.user_id) AS users,
       count(DISTINCT e.feature) AS features,
       CAST(sum(e.errors) AS BIGINT) AS errors
FROM usage_events AS e
CROSS JOIN session_params AS p
WHERE e.event_date > p.as_of - 120 AND e.event_date <= p.as_of
GROUP BY e.account_id, e.event_date, p.as_of
