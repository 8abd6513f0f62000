-- derived: usage_days
-- title: Usage per account and day, 120 days
-- says: Days without usage have no row.
-- needs: usage_rollup, session_params
WITH people AS (
  -- One row per person and day first: counting people among all their features is what costs.
  SELECT r.account_id, r.event_date, r.user_id,
         CAST(sum(r.uses) AS BIGINT) AS uses, CAST(sum(r.errors) AS BIGINT) AS errors
  FROM usage_rollup AS r
  CROSS JOIN session_params AS p
  WHERE r.event_date > p.as_of - 120
  GROUP BY r.account_id, r.event_date, r.user_id
), features AS (
  SELECT r.account_id, r.event_date, r.feature
  FROM usage_rollup AS r
  CROSS JOIN session_params AS p
  WHERE r.event_date > p.as_of - 120
  GROUP BY r.account_id, r.event_date, r.feature
), features_per_day AS (
  SELECT account_id, event_date, count(feature) AS features FROM features GROUP BY account_id, event_date
), people_per_day AS (
  SELECT account_id, event_date, CAST(sum(uses) AS BIGINT) AS uses, count(user_id) AS users,
         CAST(sum(errors) AS BIGINT) AS errors
  FROM people GROUP BY account_id, event_date
)
SELECT d.account_id, d.event_date, p.as_of - d.event_date AS days_ago, d.uses, d.users, f.features, d.errors
FROM people_per_day AS d
JOIN features_per_day AS f ON f.account_id = d.account_id AND f.event_date = d.event_date
CROSS JOIN session_params AS p
