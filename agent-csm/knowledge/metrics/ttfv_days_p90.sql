-- metric: ttfv_days_p90
-- title: Time to first value, days, 90th percentile
-- says: Nine of ten took that many days from the first paid day to the first use of a core feature, over customers
--   and former ones that began to pay within the recorded usage. To the whole day.
-- population: customers
-- value: round(percentile_cont(0.9) WITHIN GROUP (ORDER BY days))
-- unit: days
-- plausible: >= 0
-- needs: accounts, subscriptions, usage_events, features
-- needs_column: usage_events.feature, features.is_core
-- unknown: no account that began to pay within the recorded usage has used a core feature: map usage of feature and
--   day from the first paid day on, and `features.is_core`
SELECT account_id, first_paid_on, first_use_on, days_to_use AS days
FROM first_values
WHERE days_to_use IS NOT NULL
