-- metric: save_rate
-- title: Save rate
-- says: ARR renewed, capped at what was up, of the ARR whose decision fell in the trailing twelve months and whose
--   account was flagged (at risk, or red) in its last record of 30 days before or earlier.
-- population: terms_12m
-- value: 100.0 * CAST(sum(renewed_minor) AS DOUBLE) / nullif(sum(atr_minor), 0)
-- unit: percent
-- window: 12 months
-- plausible: >= 0, <= 100
-- money: subscriptions
-- needs: accounts, subscriptions
-- needs_history: subscriptions
-- unknown: no account whose renewal was decided in the trailing twelve months was on record as at risk 30 days
--   before: import a table `health_history` (account_id, scored_on, band, at_risk)
SELECT account_id, subscription_id, decision_on, scored_on, band, at_risk, atr_minor, renewed_minor, outcome
FROM (
  SELECT d.account_id, d.subscription_id, d.decision_on, d.atr_minor, d.renewed_minor, d.outcome, r.scored_on, r.band, r.at_risk,
         row_number() OVER (PARTITION BY d.account_id, d.subscription_id, d.decision_on ORDER BY r.scored_on DESC) AS newest
  FROM renewal_decisions AS d
  CROSS JOIN session_params AS p
  JOIN health_records AS r ON r.account_id = d.account_id AND r.scored_on <= d.decision_on - 30
  WHERE d.decision_on > p.t0 AND d.decision_on <= p.as_of
) AS decided
WHERE newest = 1 AND (coalesce(at_risk, false) OR coalesce(band, '') = 'red')
