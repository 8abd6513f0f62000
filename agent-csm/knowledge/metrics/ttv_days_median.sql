-- metric: ttv_days_median
-- title: Time to value, days, median
-- says: Median days from the first paid day to the first objective the customer confirmed, over the accounts that
--   have one. Accounts that are not there yet are not in it.
-- population: customers
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY days)
-- unit: days
-- plausible: >= 0
-- needs: accounts, subscriptions, objectives
-- needs_column: objectives.proven_on
-- unknown: no objective was confirmed by a customer yet: fill `objectives.proven_on`
SELECT account_id, first_paid_on, first_value_on, days_to_value AS days
FROM first_values
WHERE days_to_value IS NOT NULL
