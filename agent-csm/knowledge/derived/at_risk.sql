-- derived: at_risk
-- title: Managed accounts at risk, ranked
-- says: At risk is an account in the red band, one with a fired risk signal of severity 3, one with two of severity 2,
--   and, where a backtest trusts probabilities, one at least twice as likely to leave as the average account.
--   Urgency is 3 within 30 days of the deadline (or of the renewal date once that has passed), 2 within 90, else 1.
--   Priority with trusted probabilities is the ARR expected to be lost x urgency; without them ARR x severity x urgency:
--   an order to work in, not a probability. Who has announced to leave counts with a probability of one.
-- needs: account_status, renewals, signal_readings, health_scores, churn_scores, churn_decisions
WITH fired AS (
  SELECT account_id, max(severity) AS severity, count(*) AS reasons,
         sum(CASE WHEN severity = 2 THEN 1 ELSE 0 END) AS middling
  FROM signal_readings
  WHERE fired AND kind IN ('risk', 'adoption')
  GROUP BY account_id
), chances AS (
  SELECT account_id, probability FROM churn_scores
  UNION ALL
  SELECT d.account_id, CAST(1.0 AS DOUBLE) AS probability
  FROM churn_decisions AS d
  CROSS JOIN (SELECT count(*) AS scored FROM churn_scores) AS c
  WHERE d.effective_on IS NULL AND c.scored > 0
), usual AS (
  SELECT CAST(sum(CAST(round(probability * 1000000.0) AS BIGINT)) AS DOUBLE) / 1000000.0 / nullif(count(*), 0) AS probability
  FROM churn_scores
), found AS (
  SELECT a.account_id,
         greatest(coalesce(f.severity, 1), CASE WHEN h.band = 'red' THEN 2 ELSE 1 END) AS severity,
         coalesce(f.reasons, 0) + CASE WHEN h.band = 'red' THEN 1 ELSE 0 END AS reasons,
         a.arr_minor, a.opt_out_on - a.as_of AS days_to_opt_out,
         coalesce(n.deadline_on, a.renewal_date) - a.as_of AS days_left,
         c.probability,
         CAST(round(CAST(a.arr_minor AS DOUBLE) * c.probability) AS BIGINT) AS expected_loss_minor,
         u.probability AS usual_probability
  FROM account_status AS a
  CROSS JOIN usual AS u
  LEFT JOIN renewals AS n ON n.account_id = a.account_id
  LEFT JOIN fired AS f ON f.account_id = a.account_id
  LEFT JOIN health_scores AS h ON h.account_id = a.account_id
  LEFT JOIN chances AS c ON c.account_id = a.account_id
  WHERE a.status = 'managed'
    AND (h.band = 'red' OR coalesce(f.severity, 0) = 3 OR coalesce(f.middling, 0) >= 2
         OR coalesce(c.probability >= 2.0 * u.probability, false))
), weighed AS (
  SELECT found.*,
         CASE WHEN usual_probability IS NOT NULL THEN coalesce(expected_loss_minor, 0)
              ELSE coalesce(arr_minor, 0) * severity END
         * CASE WHEN days_left BETWEEN 0 AND 30 THEN 3 WHEN days_left BETWEEN 0 AND 90 THEN 2 ELSE 1 END
         AS priority
  FROM found
)
SELECT account_id, CAST(row_number() OVER (ORDER BY priority DESC, severity DESC, account_id) AS BIGINT) AS rank,
       CAST(severity AS BIGINT) AS severity, CAST(reasons AS BIGINT) AS reasons, arr_minor,
       CAST(days_to_opt_out AS BIGINT) AS days_to_opt_out, CAST(priority AS BIGINT) AS priority,
       probability, expected_loss_minor
FROM weighed
