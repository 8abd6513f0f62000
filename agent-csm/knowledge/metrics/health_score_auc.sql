-- metric: health_score_auc
-- title: Health score, AUC over 90 days
-- says: Of pairs of a customer that left in the last 90 days and one that stayed, the share in which the health score
--   known 90 days ago was lower for the one that left, ties as a half; 0.5 is chance. Only over all accounts.
-- population: customers_90d_ago
-- account: account
-- value: CASE WHEN sum(churned) >= 10 THEN 1.0 - (CAST(sum(churned * twice_rank) AS DOUBLE) / 2.0 - sum(churned) * (sum(churned) + 1) / 2.0) / nullif(sum(churned) * (count(*) - sum(churned)), 0) END
-- unit: ratio
-- window: 90 days
-- plausible: >= 0, <= 1
-- needs: accounts, subscriptions
-- unknown: fewer than 10 customers with a health score of 90 days ago or earlier have left since: import a table
--   `health_history` (account_id, scored_on, score)
SELECT CAST(NULL AS VARCHAR) AS account_id, account_id AS account, scored_on, score, churned,
       CAST(2 * rank() OVER (ORDER BY score) + count(*) OVER (PARTITION BY score) - 1 AS BIGINT) AS twice_rank
FROM health_outcomes
