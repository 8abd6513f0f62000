-- metric: expected_renewal_90d
-- title: Expected renewal, terms ending in 90 days
-- says: ARR up for renewal x probability of renewal x share kept if renewed, plus the expansion expected, over the
--   terms that end in 90 days; probability and share from the latest forecast of each term, share 100 where it names
--   none. Categories are never multiplied with it.
-- population: renewing_90d
-- value: CASE WHEN count(renew_percent) = count(*) THEN CAST(sum(expected_minor) AS BIGINT) END
-- unit: money
-- money: subscriptions, forecasts
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
-- unknown: not every term that ends in 90 days has a probability of renewal: import a table `forecasts` (account_id,
--   renewal_date, frozen_on, renew_percent)
SELECT f.account_id, f.subscription_id, f.renewal_date, f.atr_minor, c.forecast_id, c.frozen_on, c.renew_percent, c.retained_percent,
       CAST(round(f.atr_minor * CAST(c.renew_percent AS DOUBLE) * coalesce(c.retained_percent, 100) / 10000.0) AS BIGINT)
       + CASE WHEN f.place = 1 THEN coalesce(c.expansion_minor, 0) ELSE 0 END AS expected_minor
FROM (
  SELECT renewal_forecast.*,
         row_number() OVER (PARTITION BY account_id, renewal_date ORDER BY subscription_id) AS place
  FROM renewal_forecast
) AS f
LEFT JOIN (
  SELECT forecasts.*, row_number() OVER (PARTITION BY account_id, renewal_date ORDER BY frozen_on DESC, forecast_id DESC) AS newest
  FROM forecasts
) AS c ON c.account_id = f.account_id AND c.renewal_date = f.renewal_date AND c.newest = 1
