-- derived: usage_weeks
-- title: Usage per account and week, 26 weeks
-- says: Weeks of seven days, the last one ends on the as-of date. From the week of the account's first use on, a week
--   without usage has a row with zero; before it there is no row. People are NULL where the usage names nobody.
-- needs: usage_events, feature_use, session_params
WITH used AS (
  SELECT e.account_id, CAST(floor((p.as_of - e.event_date) / 7.0) AS BIGINT) AS weeks_ago,
         CAST(sum(coalesce(e.quantity, 1)) AS BIGINT) AS uses, count(DISTINCT e.user_id) AS users
  FROM usage_events AS e
  CROSS JOIN session_params AS p
  WHERE e.event_date > p.as_of - 182 AND e.event_date <= p.as_of
  GROUP BY e.account_id, CAST(floor((p.as_of - e.event_date) / 7.0) AS BIGINT)
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
