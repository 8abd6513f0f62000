-- signal: month_to_month
-- title: No term
-- says: Paid subscriptions in force that are billed by the month: the customer can leave within one.
-- kind: context
-- dimension: contract
-- value: CAST(sum(is_monthly) AS BIGINT)
-- unit: count
-- fires: value >= 1
-- severity: 1
-- text: Subscriptions billed by the month: {value} of {n}
-- needs: accounts, subscriptions
-- needs_column: subscriptions.billing_interval
SELECT f.account_id, f.subscription_id, f.product, f.plan, f.renewal_date, b.billing_interval,
       CASE WHEN b.billing_interval = 'month' THEN 1 ELSE 0 END AS is_monthly
FROM subscriptions_in_force AS f
JOIN account_status AS a ON a.account_id = f.account_id AND a.status = 'managed'
JOIN (
  SELECT subscription_id, account_id, start_date, min(billing_interval) AS billing_interval
  FROM subscriptions GROUP BY subscription_id, account_id, start_date
) AS b ON b.subscription_id = f.subscription_id AND b.account_id = f.account_id AND b.start_date = f.start_date
WHERE b.billing_interval IS NOT NULL
