-- metric: arr
-- title: Annual recurring revenue
-- says: Twelve times the monthly recurring revenue on the as-of date.
-- population: managed
-- value: coalesce(sum(12 * mrr_minor), 0)
-- unit: money
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, subscription_id, product, plan, start_date, end_date, mrr_minor
FROM subscriptions_in_force
