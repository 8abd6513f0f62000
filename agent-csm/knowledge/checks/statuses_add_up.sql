-- check: statuses_add_up
-- title: Every account is exactly one thing
-- says: Managed + lapsed + trial + prospect + churned + internal = all accounts, as the figures say them.
-- guards: accounts_managed, accounts_lapsed, trials, prospects, churned_accounts, accounts_internal, accounts_known
-- needs: figure_values
SELECT sum(CASE WHEN metric = 'accounts_known' THEN 0 ELSE value END) AS counted,
       sum(CASE WHEN metric = 'accounts_known' THEN value ELSE 0 END) AS known
FROM figure_values
WHERE dimension = 'all' AND value IS NOT NULL
  AND metric IN ('accounts_managed', 'accounts_lapsed', 'trials', 'prospects', 'churned_accounts', 'accounts_internal', 'accounts_known')
HAVING count(*) = 7 AND sum(CASE WHEN metric = 'accounts_known' THEN -value ELSE value END) <> 0
