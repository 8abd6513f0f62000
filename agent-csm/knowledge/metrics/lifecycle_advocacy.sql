-- metric: lifecycle_advocacy
-- title: Lifecycle: advocacy
-- says: Managed accounts in the stage advocacy: an advocacy activity was completed in twelve months. Every customer
--   and former customer is in one stage: the first that holds of churned, onboarding, won_back, renewal, advocacy,
--   expansion, value, adoption.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions, advocacy_activities
SELECT account_id, status, stage, first_paid_on, opt_out_on, renewal_date
FROM lifecycle
WHERE stage = 'advocacy'
