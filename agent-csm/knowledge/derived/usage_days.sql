-- derived: usage_days
-- title: Usage per account and day, 120 days
-- says: Every day from the account's first use on has a row; a day without use has zeros, and NULL errors. core_uses are
--   those of core features; where no feature is marked as core, of all.
-- needs: usage_rollup, feature_use, features, session_params
WITH people AS (
  -- One row per person and day first: counting people among all their features is what costs.
  SELECT r.account_id, r.event_date, r.user_id,
         CAST(sum(r.uses) AS BIGINT) AS uses, CAST(sum(r.errors) AS BIGINT) AS errors
  FROM usage_rollup AS r
  CROSS JOIN session_params AS p
  WHERE r.event_date > p.as_of - 120
  GROUP BY r.account_id, r.event_date, r.user_id
), core AS (
  SELECT feature FROM features WHERE is_core GROUP BY feature
), marked AS (
  SELECT count(*) AS features FROM core
), features_used AS (
  SELECT r.account_id, r.event_date, r.feature, sum(r.uses) AS uses
  FROM usage_rollup AS r
  CROSS JOIN session_params AS p
  WHERE r.event_date > p.as_of - 120
  GROUP BY r.account_id, r.event_date, r.feature
), features_per_day AS (
  SELECT f.account_id, f.event_date, count(f.feature) AS features,
         CAST(sum(CASE WHEN c.feature IS NOT NULL OR m.features = 0 THEN f.uses ELSE 0 END) AS BIGINT) AS core_uses
  FROM features_used AS f
  CROSS JOIN marked AS m
  LEFT JOIN core AS c ON c.feature = f.feature
  GROUP BY f.account_id, f.event_date
), people_per_day AS (
  SELECT account_id, event_date, CAST(sum(uses) AS BIGINT) AS uses, count(user_id) AS users,
         CAST(sum(errors) AS BIGINT) AS errors
  FROM people GROUP BY account_id, event_date
), ones AS (
  SELECT d FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v(d)
), tens AS (
  SELECT d FROM (VALUES (0), (10), (20), (30), (40), (50), (60), (70), (80), (90), (100), (110)) AS v(d)
), begun AS (
  SELECT u.account_id, p.as_of, p.as_of - min(u.first_used_on) AS days
  FROM feature_use AS u
  CROSS JOIN session_params AS p
  GROUP BY u.account_id, p.as_of
), days AS (
  SELECT b.account_id, b.as_of - CAST(o.d + t.d AS INTEGER) AS event_date, CAST(o.d + t.d AS BIGINT) AS days_ago
  FROM begun AS b
  CROSS JOIN ones AS o
  CROSS JOIN tens AS t
  WHERE o.d + t.d <= b.days
)
SELECT d.account_id, d.event_date, d.days_ago, coalesce(u.uses, 0) AS uses, coalesce(u.users, 0) AS users,
       coalesce(f.features, 0) AS features, coalesce(f.core_uses, 0) AS core_uses, u.errors
FROM days AS d
LEFT JOIN people_per_day AS u ON u.account_id = d.account_id AND u.event_date = d.event_date
LEFT JOIN features_per_day AS f ON f.account_id = d.account_id AND f.event_date = d.event_date
