-- metric: lifecycle_churned
-- title: Lifecycle: churned
-- says: Former customers in the stage churned: it paid once and does not now. Every customer and former customer is
--   in one stage: the first that holds of churned, onboarding, won_back, renewal, advocacy, expansion, value,
--   adoption.
-- population: former
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, stage, first_paid_on, opt_out_on, renewal_date
FROM lifecycle
WHERE stage = 'churned'
