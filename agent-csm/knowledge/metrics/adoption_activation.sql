-- metric: adoption_activation
-- title: Adoption: activation
-- says: Managed accounts that used a core feature within `activation_days` (30) of their first paid day, of those whose
--   first paid day lies at least that long ago, within twelve months and within the recorded usage.
-- population: managed
-- value: 100.0 * sum(is_activated) / nullif(count(*), 0)
-- unit: percent
-- window: 12 months
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, usage_events, features
-- needs_column: usage_events.feature
-- unknown: no managed account began to pay in the window, and within the recorded usage
SELECT v.account_id, v.first_paid_on, v.first_use_on, v.days_to_use,
       CASE WHEN v.days_to_use <= l.activation_days THEN 1 ELSE 0 END AS is_activated
FROM first_values AS v
CROSS JOIN session_params AS p
CROSS JOIN limits AS l
CROSS JOIN (SELECT min(first_used_on) AS since FROM feature_use) AS r
WHERE v.status = 'managed' AND v.first_paid_on > p.t0 AND v.first_paid_on >= r.since
  AND p.as_of - v.first_paid_on >= l.activation_days
