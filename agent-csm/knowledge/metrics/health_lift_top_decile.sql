-- metric: health_lift_top_decile
-- title: Health score, lift of the lowest tenth
-- says: Logo churn of 90 days among the tenth of customers with the lowest health score 90 days ago, of that among
--   all of them. Only over all accounts.
-- population: customers_90d_ago
-- account: account
-- value: CASE WHEN sum(churned) >= 10 THEN (CAST(sum(churned * lowest) AS DOUBLE) / nullif(sum(lowest), 0)) / (CAST(sum(churned) AS DOUBLE) / count(*)) END
-- unit: ratio
-- window: 90 days
-- plausible: >= 0, <= 10
-- needs: accounts, subscriptions
-- unknown: fewer than 10 customers with a health score of 90 days ago or earlier have left since: import a table
--   `health_history` (account_id, scored_on, score)
SELECT CAST(NULL AS VARCHAR) AS account_id, account_id AS account, scored_on, score, churned,
       CASE WHEN 10 * row_number() OVER (ORDER BY score, account_id) <= count(*) OVER () + 9 THEN 1 ELSE 0 END AS lowest
FROM health_outcomes
