-- metric: renewal_rate
-- title: Gross renewal rate, 12 months
-- says: ARR renewed, capped at what was up, of the ARR whose renewal decision fell in the trailing twelve months.
-- population: terms_12m
-- value: 100.0 * CAST(sum(renewed_minor) AS DOUBLE) / nullif(sum(atr_minor), 0)
-- unit: percent
-- window: 12 months
-- target: > 95
-- plausible: <= 100
-- money: subscriptions
-- needs: accounts, subscriptions
-- needs_history: subscriptions
-- needs_column: subscriptions.renewal_date
-- unknown: no renewal date falls in the twelve months to the as-of date: map renewal dates of past terms
SELECT r.account_id, r.subscription_id, r.decision_on, r.atr_minor, r.renewed_minor, r.outcome
FROM renewal_decisions AS r
CROSS JOIN session_params AS p
WHERE r.decision_on > p.t0 AND r.decision_on <= p.as_of
