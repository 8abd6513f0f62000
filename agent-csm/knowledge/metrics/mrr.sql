-- metric: mrr
-- title: Monthly recurring revenue
-- says: Normalised monthly value of the paid subscriptions in force on the as-of date.
-- population: managed
-- value: coalesce(sum(mrr_minor), 0)
-- unit: money
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, subscription_id, product, plan, start_date, end_date, mrr_minor
FROM subscriptions_in_force
