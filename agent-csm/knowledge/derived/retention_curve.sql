-- derived: retention_curve
-- title: Retention by months since the first payment
-- says: A cohort triangle by calendar month: of the accounts whose first paid day lies in the cohort's month, those in
--   force at the end of the n-th month after it, and what they pay then; the opening is what they pay at the end of
--   month 0. Only whole months. A year pools its months for every n that all of them have reached. The cohort `all`
--   pools, for every n, the cohorts old enough to have reached it, so its start shrinks with n: `enough` says that at
--   least `cohort_least` (10) accounts, and `cohort_share_least` (a third) of those of month 0, are still in it, and a
--   line is drawn no further. An account that came back counts as kept.
-- needs: months, account_months, paid_subscriptions, limits, session_params
WITH firsts AS (
  SELECT b.account_id, min(b.start_date) AS first_paid_on
  FROM paid_subscriptions AS b
  CROSS JOIN session_params AS p
  WHERE b.start_date <= p.as_of AND b.mrr_minor IS NOT NULL
  GROUP BY b.account_id
), whole AS (
  SELECT month, ends_on, k FROM months WHERE ends_on = next_on - 1
), started AS (
  SELECT f.account_id, w.month AS cohort, w.k AS first_k
  FROM firsts AS f
  JOIN whole AS w ON f.first_paid_on >= w.month AND f.first_paid_on <= w.ends_on
), opened AS (
  SELECT s.account_id, s.cohort, s.first_k, coalesce(a.mrr_minor, 0) AS opening_minor
  FROM started AS s
  LEFT JOIN account_months AS a ON a.account_id = s.account_id AND a.month = s.cohort
), cells AS (
  SELECT o.account_id, substr(CAST(o.cohort AS VARCHAR), 1, 7) AS cohort, w.k - o.first_k AS month_n,
         o.opening_minor, CASE WHEN a.account_id IS NULL THEN 0 ELSE 1 END AS kept, coalesce(a.mrr_minor, 0) AS kept_minor
  FROM opened AS o
  JOIN whole AS w ON w.k >= o.first_k
  LEFT JOIN account_months AS a ON a.account_id = o.account_id AND a.month = w.month
), pools AS (
  SELECT cohort, month_n, cohort AS member, opening_minor, kept, kept_minor FROM cells
  UNION ALL
  SELECT substr(cohort, 1, 4) AS cohort, month_n, cohort AS member, opening_minor, kept, kept_minor FROM cells
  UNION ALL
  SELECT 'all' AS cohort, month_n, cohort AS member, opening_minor, kept, kept_minor FROM cells
), summed AS (
  SELECT cohort, month_n, count(*) AS accounts_at_start, count(DISTINCT member) AS members, sum(kept) AS kept,
         sum(opening_minor) AS opening_minor, sum(kept_minor) AS kept_minor
  FROM pools
  GROUP BY cohort, month_n
)
SELECT s.cohort, CAST(s.month_n AS BIGINT) AS month_n, s.accounts_at_start, CAST(s.kept AS BIGINT) AS kept,
       CAST(s.opening_minor AS BIGINT) AS opening_minor, CAST(s.kept_minor AS BIGINT) AS kept_minor,
       s.accounts_at_start >= l.cohort_least
         AND 100.0 * s.accounts_at_start >= l.cohort_share_least * f.accounts_at_start AS enough
FROM summed AS s
JOIN summed AS f ON f.cohort = s.cohort AND f.month_n = 0
CROSS JOIN limits AS l
WHERE s.cohort = 'all' OR s.members = f.members
