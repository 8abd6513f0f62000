-- check: lifecycle_adds_up
-- title: Every customer is in one stage of the lifecycle
-- says: The stages sum to managed and former customers; a stage that is unknown for want of its table holds nobody.
-- guards: lifecycle_onboarding, lifecycle_adoption, lifecycle_value, lifecycle_expansion, lifecycle_renewal,
--   lifecycle_advocacy, lifecycle_won_back, lifecycle_churned
-- needs: figure_values
SELECT sum(CASE WHEN metric IN ('accounts_managed', 'churned_accounts') THEN 0 ELSE value END) AS staged,
       sum(CASE WHEN metric IN ('accounts_managed', 'churned_accounts') THEN value ELSE 0 END) AS customers
FROM figure_values
WHERE dimension = 'all'
  AND metric IN ('lifecycle_onboarding', 'lifecycle_adoption', 'lifecycle_value', 'lifecycle_expansion', 'lifecycle_renewal',
                 'lifecycle_advocacy', 'lifecycle_won_back', 'lifecycle_churned', 'accounts_managed', 'churned_accounts')
HAVING count(CASE WHEN metric IN ('accounts_managed', 'churned_accounts') THEN value END) = 2
   AND sum(CASE WHEN metric IN ('accounts_managed', 'churned_accounts') THEN -value ELSE coalesce(value, 0) END) <> 0
