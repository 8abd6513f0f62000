-- derived: usage_rollup
-- title: Usage per account, person, feature and day
-- says: Events of one key added up; user_id and feature are NULL where the source does not say. Seconds and errors are
--   NULL where no event said.
-- needs: usage_events, session_params
SELECT e.account_id, e.user_id, e.feature, e.event_date,
       CAST(sum(coalesce(e.quantity, 1)) AS BIGINT) AS uses,
       CAST(sum(e.duration_secs) AS BIGINT) AS seconds,
       CAST(sum(e.errors) AS BIGINT) AS errors
FROM usage_events AS e
CROSS JOIN session_params AS p
WHERE e.event_date <= p.as_of
GROUP BY e.account_id, e.user_id, e.feature, e.event_date
