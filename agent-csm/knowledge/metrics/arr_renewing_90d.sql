-- metric: arr_renewing_90d
-- title: ARR renewing in the next 90 days
-- says: ARR of the paid subscriptions in force whose renewal date falls within 90 days after the as-of date.
-- value: coalesce(sum(arr_minor), 0)
-- unit: money
-- additive: true
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT f.account_id, f.subscription_id, f.renewal_date, f.notice_days, f.auto_renew, 12 * f.mrr_minor AS arr_minor
FROM subscriptions_in_force AS f
CROSS JOIN session_params AS p
WHERE f.renewal_date >= p.as_of AND f.renewal_date <= p.as_of + 90
