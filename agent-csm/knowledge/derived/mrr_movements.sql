-- derived: mrr_movements
-- title: MRR movements
-- says: New is an account's first paid MRR, reactivation its return from zero, churn its fall to zero; lapsed is what
--   ended within `grace_days` before the as-of date and is not decided, neither churn nor renewed.
--   All other changes are expansion or contraction, also when one of several subscriptions is cancelled. An account
--   with MRR that lapsed is not at zero until that is decided.
-- needs: mrr_changes
WITH balances AS (
  SELECT account_id, change_date, undecided, delta_minor,
         CAST(sum(delta_minor) OVER (PARTITION BY account_id ORDER BY change_date, undecided
              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS after_minor,
         row_number() OVER (PARTITION BY account_id ORDER BY change_date, undecided) AS step
  FROM mrr_changes
)
SELECT account_id, change_date AS movement_date,
       CASE WHEN undecided THEN 'lapsed'
            WHEN step = 1 THEN 'new'
            WHEN after_minor = delta_minor AND lapsed_before = 0 THEN 'reactivation'
            WHEN after_minor = 0 AND lapsed_before = 0 THEN 'churn'
            WHEN delta_minor > 0 THEN 'expansion'
            ELSE 'contraction' END AS kind,
       delta_minor, after_minor
FROM (
  SELECT b.*, sum(CASE WHEN b.undecided THEN 1 ELSE 0 END) OVER (PARTITION BY b.account_id ORDER BY b.step
              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS lapsed_before
  FROM balances AS b
) AS stepped
