-- metric: atr
-- title: ARR available to renew, 12 months
-- says: ARR of the terms whose renewal decision fell in the trailing twelve months.
-- population: terms_12m
-- value: coalesce(sum(atr_minor), 0)
-- unit: money
-- window: 12 months
-- additive: true
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
-- needs_history: subscriptions
SELECT r.account_id, r.subscription_id, r.decision_on, r.atr_minor, r.renewed_minor, r.outcome
FROM renewal_decisions AS r
CROSS JOIN session_params AS p
WHERE r.decision_on > p.t0 AND r.decision_on <= p.as_of
