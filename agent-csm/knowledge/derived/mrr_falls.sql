-- derived: mrr_falls
-- title: Falls of MRR below what an account paid twelve months ago
-- says: One row per contraction and churn of the trailing twelve months at an account that paid at t0. Of each fall
--   counts the part below the account's MRR at t0, of all its falls together at most that MRR: what it had grown by
--   since, and what it lost again after a return, is no loss of what was there at t0.
-- needs: cohort_12m, mrr_movements, session_params
WITH falls AS (
  SELECT m.account_id, m.movement_date, m.kind, m.delta_minor, c.opening_minor,
         greatest(0, least(m.after_minor - m.delta_minor, c.opening_minor) - m.after_minor) AS below_minor,
         row_number() OVER (PARTITION BY m.account_id ORDER BY m.movement_date, m.delta_minor) AS step
  FROM mrr_movements AS m
  JOIN cohort_12m AS c ON c.account_id = m.account_id
  CROSS JOIN session_params AS p
  WHERE m.kind IN ('contraction', 'churn') AND m.movement_date > p.t0 AND m.movement_date <= p.as_of
), summed AS (
  SELECT f.*, sum(f.below_minor) OVER (PARTITION BY f.account_id ORDER BY f.step
              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - f.below_minor AS before_minor
  FROM falls AS f
)
SELECT account_id, movement_date, kind, delta_minor, opening_minor,
       CAST(greatest(0, least(below_minor, opening_minor - before_minor)) AS BIGINT) AS lost_minor
FROM summed
