-- metric: arr_renewing_90d
-- title: ARR renewing in the next 90 days
-- says: ARR of the paid subscriptions in force whose renewal date falls after the as-of date and within 90 days of it.
-- population: renewing_90d
-- value: coalesce(sum(arr_minor), 0)
-- unit: money
-- additive: true
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT account_id, subscription_id, renewal_date, notice_days, auto_renew, deadline_on, arr_minor
FROM renewal_terms
WHERE renews_in_90_days
