-- metric: forecast_closed
-- title: Renewal forecast: closed
-- says: ARR of the terms ending in 90 days in this forecast category: cancelled, or the renewal deal is won. The
--   first category that holds counts; it is no probability.
-- population: renewing_90d
-- value: coalesce(sum(atr_minor), 0)
-- unit: money
-- additive: true
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT account_id, subscription_id, renewal_date, opt_out_on, cancelled_on, won_on, risk_rank, health_score, last_on, atr_minor, category
FROM renewal_forecast
WHERE category = 'closed'
