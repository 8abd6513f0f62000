-- derived: account_usage
-- title: How much each managed account uses what it pays for
-- says: Uses in the last 90 days and in the 90 days before, each per 28 days of those in which the account was a
--   customer; per seat and per 100 units of MRR. People are those the usage data names, or, where it only counts them,
--   the mean of the source's counts over the days that have one. Nothing used is zero only where there was usage before.
-- needs: account_status, usage_rollup, feature_use, usage_counts, session_params
WITH first_use AS (
  SELECT f.account_id, min(f.first_used_on) AS first_on, max(f.last_used_on) AS last_on,
         count(CASE WHEN f.last_used_on > p.as_of - 90 THEN f.feature END) AS features_90
  FROM feature_use AS f
  CROSS JOIN session_params AS p
  GROUP BY f.account_id
), spans AS (
  SELECT a.account_id, a.as_of, a.seats, a.mrr_minor, f.last_on, f.features_90,
         least(90, a.as_of - least(f.first_on, a.first_paid_on) + 1) AS span,
         greatest(0, least(90, a.as_of - 90 - least(f.first_on, a.first_paid_on) + 1)) AS span_before
  FROM account_status AS a
  JOIN first_use AS f ON f.account_id = a.account_id
  WHERE a.status = 'managed'
), people AS (
  SELECT r.account_id, r.user_id,
         sum(CASE WHEN r.event_date > p.as_of - 28 THEN r.uses ELSE 0 END) AS uses_28,
         sum(CASE WHEN r.event_date > p.as_of - 90 THEN r.uses ELSE 0 END) AS uses_90,
         sum(CASE WHEN r.event_date <= p.as_of - 90 THEN r.uses ELSE 0 END) AS uses_before,
         max(CASE WHEN r.event_date > p.as_of - 28 THEN 1 ELSE 0 END) AS is_28,
         max(CASE WHEN r.event_date <= p.as_of - 90 AND r.event_date > p.as_of - 118 THEN 1 ELSE 0 END) AS is_before
  FROM usage_rollup AS r
  CROSS JOIN session_params AS p
  WHERE r.event_date > p.as_of - 180
  GROUP BY r.account_id, r.user_id
), uses AS (
  SELECT account_id, sum(uses_28) AS uses_28, sum(uses_90) AS uses_90, sum(uses_before) AS uses_before,
         count(CASE WHEN is_28 = 1 THEN user_id END) AS people_28,
         count(CASE WHEN is_before = 1 THEN user_id END) AS people_before, count(user_id) AS named
  FROM people
  GROUP BY account_id
), counted AS (
  SELECT c.account_id,
         CAST(sum(CASE WHEN c.counted_on > p.as_of - 28 THEN c.people END) AS DOUBLE)
           / nullif(sum(CASE WHEN c.counted_on > p.as_of - 28 THEN 1 ELSE 0 END), 0) AS people_28,
         CAST(sum(CASE WHEN c.counted_on <= p.as_of - 90 AND c.counted_on > p.as_of - 118 THEN c.people END) AS DOUBLE)
           / nullif(sum(CASE WHEN c.counted_on <= p.as_of - 90 AND c.counted_on > p.as_of - 118 THEN 1 ELSE 0 END), 0)
           AS people_before,
         sum(CASE WHEN c.counted_on > p.as_of - 90 THEN 1 ELSE 0 END) AS days_90
  FROM usage_counts AS c
  CROSS JOIN session_params AS p
  WHERE c.counted_on > p.as_of - 180
  GROUP BY c.account_id
), rates AS (
  SELECT s.account_id, s.as_of, s.seats, s.mrr_minor, s.last_on, s.span, s.span_before,
         CAST(coalesce(u.uses_28, 0) AS DOUBLE) * 28 / least(28, s.span) AS rate_28,
         CAST(coalesce(u.uses_90, 0) AS DOUBLE) * 28 / s.span AS rate_90,
         CASE WHEN s.span_before >= 28 THEN CAST(coalesce(u.uses_before, 0) AS DOUBLE) * 28 / s.span_before END AS rate_before,
         s.features_90,
         CASE WHEN coalesce(u.named, 0) > 0 THEN CAST(u.people_28 AS DOUBLE) ELSE c.people_28 END AS people,
         CASE WHEN s.span_before < 28 THEN NULL
              WHEN coalesce(u.named, 0) > 0 THEN CAST(u.people_before AS DOUBLE) ELSE c.people_before END AS people_before,
         CAST(c.days_90 AS DOUBLE) * 28 / s.span AS days_used
  FROM spans AS s
  LEFT JOIN uses AS u ON u.account_id = s.account_id
  LEFT JOIN counted AS c ON c.account_id = s.account_id
)
SELECT account_id,
       rate_28 AS uses_28, rate_90 AS uses_90, rate_before AS uses_before,
       rate_90 / nullif(seats, 0) AS uses_per_seat,
       rate_before / nullif(seats, 0) AS uses_per_seat_before,
       rate_90 / nullif(CAST(mrr_minor AS DOUBLE) / 10000.0, 0) AS uses_per_100_mrr,
       CASE WHEN rate_before > 0 THEN 100.0 * rate_28 / rate_before END AS uses_of_before,
       CASE WHEN rate_90 > 0 THEN 100.0 * rate_28 / rate_90 END AS uses_28_of_90,
       people, people_before,
       100.0 * people / nullif(seats, 0) AS seats_used,
       100.0 * people_before / nullif(seats, 0) AS seats_used_before,
       people / nullif(CAST(mrr_minor AS DOUBLE) / 10000.0, 0) AS people_per_100_mrr,
       days_used, features_90, as_of - last_on AS days_since_use
FROM rates
