-- metric: forecast_brier
-- title: Renewal forecasts, Brier score
-- says: Mean squared distance between the probability of renewal last frozen before the decision and what was decided
--   (1 if anything renewed), over decisions of the trailing twelve months; 0 is perfect, 0.25 is a coin.
-- population: terms_12m
-- value: CAST(sum(squared) AS DOUBLE) / nullif(10000.0 * count(*), 0)
-- unit: ratio
-- window: 12 months
-- plausible: >= 0, <= 1
-- needs: accounts, subscriptions
-- needs_history: subscriptions
-- unknown: no renewal decision of the trailing twelve months had a probability frozen before it: import a table
--   `forecasts` (account_id, renewal_date, frozen_on, renew_percent)
SELECT account_id, subscription_id, decision_on, outcome, frozen_on, renew_percent,
       (renew_percent - renewed) * (renew_percent - renewed) AS squared
FROM (
  SELECT r.account_id, r.subscription_id, r.decision_on, r.outcome, f.frozen_on, f.renew_percent,
         CASE WHEN r.outcome = 'lost' THEN 0 ELSE 100 END AS renewed,
         row_number() OVER (PARTITION BY r.account_id, r.subscription_id, r.decision_on
                            ORDER BY f.frozen_on DESC, f.forecast_id DESC) AS newest
  FROM renewal_decisions AS r
  CROSS JOIN session_params AS p
  JOIN forecasts AS f ON f.account_id = r.account_id AND f.frozen_on < r.decision_on AND f.renewal_date >= r.decision_on
   AND f.renew_percent IS NOT NULL
  WHERE r.decision_on > p.t0 AND r.decision_on <= p.as_of
) AS frozen
WHERE newest = 1
