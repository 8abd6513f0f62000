-- derived: usage_weeks
-- title: Usage per account and week, 26 weeks
-- says: Weeks of seven days, the last one ends on the as-of date. From the week of the account's first use on, a week
--   without usage has a row with zero; before it there is no row. People are NULL where the usage names nobody.
-- needs: usage_rollup, feature_use, session_params
WITH people AS (
  SELECT r.account_id, CAST(floor((p.as_of - r.event_date) / 7.0) AS BIGINT) AS weeks_ago, r.user_id, sum(r.uses) AS uses
  FROM usage_rollup AS r
  CROSS JOIN session_params AS p
  WHERE r.event_date > p.as_of - 182 AND r.event_date <= p.as_of
  GROUP BY r.account_id, CAST(floor((p.as_of - r.event_date) / 7.0) AS BIGINT), r.user_id
), used AS (
  SELECT account_id, weeks_ago, CAST(sum(uses) AS BIGINT) AS uses, count(user_id) AS users
  FROM people
  GROUP BY account_id, weeks_ago
), named AS (
  SELECT account_id, max(users) AS users FROM used GROUP BY account_id
), begun AS (
  SELECT u.account_id, CAST(floor((p.as_of - u.first_on) / 7.0) AS BIGINT) AS first_week
  FROM (SELECT account_id, min(first_used_on) AS first_on FROM feature_use GROUP BY account_id) AS u
  CROSS JOIN session_params AS p
), weeks AS (
  SELECT b.account_id, CAST(w.ago AS BIGINT) AS weeks_ago
  FROM begun AS b
  JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24), (25)) AS w(ago) ON w.ago <= b.first_week
)
SELECT w.account_id, w.weeks_ago, p.as_of - CAST(7 * w.weeks_ago + 6 AS INTEGER) AS week_start,
       coalesce(u.uses, 0) AS uses,
       CASE WHEN n.users > 0 THEN coalesce(u.users, 0) END AS users
FROM weeks AS w
CROSS JOIN session_params AS p
LEFT JOIN used AS u ON u.account_id = w.account_id AND u.weeks_ago = w.weeks_ago
LEFT JOIN named AS n ON n.account_id = w.account_id
