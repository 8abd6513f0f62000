-- signal: cancellation_announced
-- title: Cancellation announced
-- says: Paid subscriptions in force whose cancellation is already decided.
-- kind: risk
-- dimension: contract
-- value: CAST(sum(is_cancelled) AS BIGINT)
-- unit: count
-- let: first = min(cancelled_on)
-- fires: value >= 1
-- severity: 3
-- text: Subscriptions cancelled and still in force: {value} of {n}; first decided on {first}
-- needs: accounts, subscriptions
-- needs_column: subscriptions.cancelled_on
SELECT s.account_id, f.subscription_id, f.product, f.plan, f.mrr_minor, f.cancelled_on, f.end_date,
       CASE WHEN f.cancelled_on <= s.as_of THEN 1 ELSE 0 END AS is_cancelled
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN subscriptions_in_force AS f ON f.account_id = s.account_id
