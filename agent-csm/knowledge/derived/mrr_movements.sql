-- derived: mrr_movements
-- title: MRR movements
-- says: New is an account's first paid MRR, reactivation its return from zero, churn its fall to zero.
--   All other changes are expansion or contraction, also when one of several subscriptions is cancelled.
-- needs: mrr_changes
WITH balances AS (
  SELECT account_id, change_date, delta_minor,
         CAST(sum(delta_minor) OVER (PARTITION BY account_id ORDER BY change_date
              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS after_minor,
         row_number() OVER (PARTITION BY account_id ORDER BY change_date) AS step
  FROM mrr_changes
)
SELECT account_id, change_date AS movement_date,
       CASE WHEN step = 1 THEN 'new'
            WHEN after_minor = delta_minor THEN 'reactivation'
            WHEN after_minor = 0 THEN 'churn'
            WHEN delta_minor > 0 THEN 'expansion'
            ELSE 'contraction' END AS kind,
       delta_minor, after_minor
FROM balances
