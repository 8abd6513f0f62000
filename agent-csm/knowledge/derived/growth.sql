-- derived: growth
-- title: Managed accounts that could grow, ranked
-- says: A growth signal fired, the account has a health score that is not red, and it is not at risk.
--   Priority = ARR x number of growth signals: an order to work in.
-- needs: account_status, signal_readings, health_scores, at_risk
WITH fired AS (
  SELECT account_id, count(*) AS reasons
  FROM signal_readings
  WHERE fired AND kind = 'growth'
  GROUP BY account_id
), found AS (
  SELECT a.account_id, f.reasons, a.arr_minor, coalesce(a.arr_minor, 0) * f.reasons AS priority
  FROM account_status AS a
  JOIN fired AS f ON f.account_id = a.account_id
  JOIN health_scores AS h ON h.account_id = a.account_id AND h.band <> 'red'
  LEFT JOIN at_risk AS r ON r.account_id = a.account_id
  WHERE a.status = 'managed' AND r.account_id IS NULL
)
SELECT account_id, CAST(row_number() OVER (ORDER BY priority DESC, account_id) AS BIGINT) AS rank,
       CAST(reasons AS BIGINT) AS reasons, arr_minor, CAST(priority AS BIGINT) AS priority
FROM found
