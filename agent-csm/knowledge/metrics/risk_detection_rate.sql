-- metric: risk_detection_rate
-- title: Risk detection rate
-- says: ARR lost to churn in the trailing twelve months whose account was flagged (at risk, or red) in its last
--   record of 60 days before or earlier, of the ARR lost by accounts that have such a record.
-- population: paying_12m
-- value: 100.0 * CAST(sum(flagged * lost_minor) AS DOUBLE) / nullif(sum(lost_minor), 0)
-- unit: percent
-- window: 12 months
-- plausible: >= 0, <= 100
-- money: subscriptions
-- needs: accounts, subscriptions
-- needs_history: subscriptions
-- unknown: no account that left in the trailing twelve months has a record of its health from 60 days before: import
--   a table `health_history` (account_id, scored_on, band, at_risk)
SELECT account_id, movement_date AS lost_on, scored_on, band, at_risk, lost_minor,
       CASE WHEN coalesce(at_risk, false) OR coalesce(band, '') = 'red' THEN 1 ELSE 0 END AS flagged
FROM (
  SELECT m.account_id, m.movement_date, r.scored_on, r.band, r.at_risk, -12 * m.delta_minor AS lost_minor,
         row_number() OVER (PARTITION BY m.account_id, m.movement_date ORDER BY r.scored_on DESC) AS newest
  FROM mrr_movements AS m
  CROSS JOIN session_params AS p
  JOIN health_records AS r ON r.account_id = m.account_id AND r.scored_on <= m.movement_date - 60
  WHERE m.kind = 'churn' AND m.movement_date > p.t0 AND m.movement_date <= p.as_of
) AS lost
WHERE newest = 1
