-- metric: lifecycle_won_back
-- title: Lifecycle: won back
-- says: Managed accounts in the stage won_back: it returned from zero in the last twelve months. Every customer and
--   former customer is in one stage: the first that holds of churned, onboarding, won_back, renewal, advocacy,
--   expansion, value, adoption.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, stage, first_paid_on, opt_out_on, renewal_date
FROM lifecycle
WHERE stage = 'won_back'
