-- signal: contraction_recent
-- title: Recent contraction
-- says: MRR lost by contraction in 90 days while the account still pays.
-- kind: risk
-- dimension: contract
-- value: coalesce(CAST(sum(-delta_minor) AS BIGINT), 0)
-- n: count(movement_date)
-- unit: money
-- window: 90 days
-- fires: value > 0
-- severity: 2
-- text: {value:money} of MRR lost by contraction in 90 days
-- needs: accounts, subscriptions
-- needs_history: subscriptions
SELECT s.account_id, m.movement_date, m.delta_minor
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT m.* FROM mrr_movements AS m CROSS JOIN session_params AS p
  WHERE m.kind = 'contraction' AND m.movement_date > p.as_of - 90
) AS m ON m.account_id = s.account_id
