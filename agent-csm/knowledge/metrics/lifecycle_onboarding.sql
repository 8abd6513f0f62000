-- metric: lifecycle_onboarding
-- title: Lifecycle: onboarding
-- says: Managed accounts in the stage onboarding: the first paid day lies in the last 90 days. Every customer and
--   former customer is in one stage: the first that holds of churned, onboarding, won_back, renewal, advocacy,
--   expansion, value, adoption.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, stage, first_paid_on, opt_out_on, renewal_date
FROM lifecycle
WHERE stage = 'onboarding'
