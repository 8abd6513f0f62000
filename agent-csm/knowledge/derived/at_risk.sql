-- derived: at_risk
-- title: Managed accounts at risk, ranked
-- says: At risk is an account in the red band, one with a fired risk signal of severity 3, or one with two of
--   severity 2. Priority = ARR x severity x urgency (3 within 30 days of the opt-out date, or of the
--   term's end once that has passed; 2 within 90, else 1):
--   an order to work in, not a probability.
-- needs: account_status, signal_readings, health_scores
WITH fired AS (
  SELECT account_id, max(severity) AS severity, count(*) AS reasons,
         sum(CASE WHEN severity = 2 THEN 1 ELSE 0 END) AS middling
  FROM signal_readings
  WHERE fired AND kind IN ('risk', 'adoption')
  GROUP BY account_id
), found AS (
  SELECT a.account_id,
         greatest(coalesce(f.severity, 1), CASE WHEN h.band = 'red' THEN 2 ELSE 1 END) AS severity,
         coalesce(f.reasons, 0) + CASE WHEN h.band = 'red' THEN 1 ELSE 0 END AS reasons,
         a.arr_minor, a.opt_out_on - a.as_of AS days_to_opt_out,
         CASE WHEN a.opt_out_on >= a.as_of THEN a.opt_out_on - a.as_of ELSE a.renewal_date - a.as_of END AS days_left
  FROM account_status AS a
  LEFT JOIN fired AS f ON f.account_id = a.account_id
  LEFT JOIN health_scores AS h ON h.account_id = a.account_id
  WHERE a.status = 'managed'
    AND (h.band = 'red' OR coalesce(f.severity, 0) = 3 OR coalesce(f.middling, 0) >= 2)
), weighed AS (
  SELECT found.*, coalesce(arr_minor, 0) * severity
         * CASE WHEN days_left BETWEEN 0 AND 30 THEN 3 WHEN days_left BETWEEN 0 AND 90 THEN 2 ELSE 1 END
         AS priority
  FROM found
)
SELECT account_id, CAST(row_number() OVER (ORDER BY priority DESC, severity DESC, account_id) AS BIGINT) AS rank,
       CAST(severity AS BIGINT) AS severity, CAST(reasons AS BIGINT) AS reasons, arr_minor,
       CAST(days_to_opt_out AS BIGINT) AS days_to_opt_out, CAST(priority AS BIGINT) AS priority
FROM weighed
