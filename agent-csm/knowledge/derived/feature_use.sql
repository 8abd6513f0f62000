-- derived: feature_use
-- title: Use of each feature by each account
-- says: One row per account and feature, over all the time the usage data covers; usage that names no feature has a row
--   with none. People are counted only where the usage names them.
-- needs: usage_rollup, session_params
WITH people AS (
  -- One row per person, and per day below: a set of names for each account and feature is what would cost.
  SELECT r.account_id, r.feature, r.user_id, min(r.event_date) AS first_used_on, max(r.event_date) AS last_used_on,
         sum(CASE WHEN r.event_date > p.as_of - 90 THEN r.uses ELSE 0 END) AS uses_90,
         sum(CASE WHEN r.event_date > p.as_of - 28 THEN r.uses ELSE 0 END) AS uses_28,
         sum(CASE WHEN r.event_date > p.as_of - 28 THEN r.errors END) AS errors_28
  FROM usage_rollup AS r
  CROSS JOIN session_params AS p
  GROUP BY r.account_id, r.feature, r.user_id
), days AS (
  SELECT r.account_id, r.feature, r.event_date
  FROM usage_rollup AS r
  CROSS JOIN session_params AS p
  WHERE r.event_date > p.as_of - 28
  GROUP BY r.account_id, r.feature, r.event_date
), used AS (
  SELECT u.account_id, u.feature, min(u.first_used_on) AS first_used_on, max(u.last_used_on) AS last_used_on,
         CAST(sum(u.uses_90) AS BIGINT) AS uses_90, CAST(sum(u.uses_28) AS BIGINT) AS uses_28,
         count(CASE WHEN u.last_used_on > p.as_of - 28 THEN u.user_id END) AS users_28,
         CAST(sum(u.errors_28) AS BIGINT) AS errors_28
  FROM people AS u
  CROSS JOIN session_params AS p
  GROUP BY u.account_id, u.feature
)
SELECT u.account_id, u.feature, u.first_used_on, u.last_used_on, u.uses_90, u.uses_28, u.users_28,
       coalesce(d.days, 0) AS days_28, u.errors_28
FROM used AS u
LEFT JOIN (SELECT account_id, feature, count(*) AS days FROM days GROUP BY account_id, feature) AS d
  ON d.account_id = u.account_id AND coalesce(d.feature, '') = coalesce(u.feature, '')
