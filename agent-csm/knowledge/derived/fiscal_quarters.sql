-- derived: fiscal_quarters
-- title: Fiscal quarters, from the first paid one to five years ahead
-- says: The fiscal year begins with the month `fiscal_year_starts` of csm.toml (January) and is named by the calendar year
--   it ends in. A quarter is [starts_on, next_on); is_current holds the as-of date.
-- needs: months, session_params
WITH ones AS (
  SELECT d FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v(d)
), tens AS (
  SELECT d FROM (VALUES (0), (10), (20), (30), (40), (50)) AS v(d)
), steps AS (
  SELECT o.d + t.d AS d FROM ones AS o CROSS JOIN tens AS t
), known AS (
  SELECT k FROM months
  UNION
  SELECT 12 * CAST(date_part('year', p.as_of) AS BIGINT) + CAST(date_part('month', p.as_of) AS BIGINT) - 1 + s.d AS k
  FROM session_params AS p
  CROSS JOIN steps AS s
), shifted AS (
  -- Months since the first of a fiscal year long ago; the remainder by three is the place in the quarter.
  SELECT k.k - (k.k - (p.fiscal_year_starts - 1)) % 3 AS first_k, p.fiscal_year_starts - 1 AS shift, p.as_of
  FROM known AS k
  CROSS JOIN session_params AS p
), quarters AS (
  SELECT first_k, shift, as_of, first_k - shift AS fiscal_k FROM shifted GROUP BY first_k, shift, as_of
), dated AS (
  SELECT as_of, fiscal_k, shift,
         make_date(CAST((first_k - first_k % 12) / 12 AS INTEGER), CAST(first_k % 12 + 1 AS INTEGER), 1) AS starts_on,
         make_date(CAST((first_k + 3 - (first_k + 3) % 12) / 12 AS INTEGER), CAST((first_k + 3) % 12 + 1 AS INTEGER), 1)
         AS next_on,
         CAST((fiscal_k - fiscal_k % 12) / 12 AS BIGINT) + CASE WHEN shift > 0 THEN 1 ELSE 0 END AS fiscal_year,
         CAST((fiscal_k % 12 - fiscal_k % 3) / 3 + 1 AS BIGINT) AS number
  FROM quarters
)
SELECT CASE WHEN shift > 0 THEN 'FY' ELSE '' END || CAST(fiscal_year AS VARCHAR) || ' Q' || CAST(number AS VARCHAR) AS quarter,
       fiscal_year, number, starts_on, next_on, starts_on <= as_of AND as_of < next_on AS is_current
FROM dated
