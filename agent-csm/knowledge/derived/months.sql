-- derived: months
-- title: Calendar months, from the first paid one to that of the as-of date
-- says: At most 120 back. A month ends on its last day, the month of the as-of date on the as-of date.
-- needs: paid_subscriptions, session_params
WITH ones AS (
  SELECT d FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v(d)
), tens AS (
  SELECT d FROM (VALUES (0), (10), (20), (30), (40), (50), (60), (70), (80), (90), (100), (110)) AS v(d)
), ends AS (
  SELECT p.as_of,
         12 * CAST(date_part('year', p.as_of) AS BIGINT) + CAST(date_part('month', p.as_of) AS BIGINT) - 1 AS last_k,
         min(12 * CAST(date_part('year', b.start_date) AS BIGINT) + CAST(date_part('month', b.start_date) AS BIGINT) - 1)
         AS first_k
  FROM paid_subscriptions AS b
  CROSS JOIN session_params AS p
  WHERE b.start_date <= p.as_of
  GROUP BY p.as_of
), numbered AS (
  SELECT e.as_of, e.last_k - o.d - t.d AS k
  FROM ends AS e
  CROSS JOIN ones AS o
  CROSS JOIN tens AS t
  WHERE e.last_k - o.d - t.d >= e.first_k
), dated AS (
  SELECT as_of, k,
         make_date(CAST((k - k % 12) / 12 AS INTEGER), CAST(k % 12 + 1 AS INTEGER), 1) AS month,
         make_date(CAST((k + 1 - (k + 1) % 12) / 12 AS INTEGER), CAST((k + 1) % 12 + 1 AS INTEGER), 1) AS next_on
  FROM numbered
)
SELECT month, CASE WHEN next_on - 1 > as_of THEN as_of ELSE next_on - 1 END AS ends_on, next_on, CAST(k AS BIGINT) AS k
FROM dated
