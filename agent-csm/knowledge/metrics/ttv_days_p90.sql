-- metric: ttv_days_p90
-- title: Time to value, days, 90th percentile
-- says: Nine of ten took that many days from the first paid day to the first objective the customer confirmed, over
--   the accounts that have one. To the whole day.
-- population: customers
-- value: round(percentile_cont(0.9) WITHIN GROUP (ORDER BY days))
-- unit: days
-- plausible: >= 0
-- needs: accounts, subscriptions, objectives
-- needs_column: objectives.proven_on
-- unknown: no objective was confirmed by a customer yet: fill `objectives.proven_on`
SELECT account_id, first_paid_on, first_value_on, days_to_value AS days
FROM first_values
WHERE days_to_value IS NOT NULL
