-- signal: auto_renew_off
-- title: Auto-renewal off
-- says: Paid subscriptions in force that do not renew by themselves.
-- kind: context
-- dimension: contract
-- value: CAST(sum(is_off) AS BIGINT)
-- unit: count
-- fires: value >= 1
-- severity: 1
-- text: Subscriptions that do not renew by themselves: {value} of {n}
-- needs: accounts, subscriptions
-- needs_column: subscriptions.auto_renew
SELECT s.account_id, f.subscription_id, f.product, f.plan, f.renewal_date, f.auto_renew,
       CASE WHEN f.auto_renew THEN 0 ELSE 1 END AS is_off
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN subscriptions_in_force AS f ON f.account_id = s.account_id
WHERE f.auto_renew IS NOT NULL
