-- check: forecast_is_what_renews
-- title: The forecast's categories sum to the ARR that renews
-- says: Closed + commit + at risk + most likely + best case + omitted = ARR renewing in the next 90 days, as the figures say
--   them.
-- guards: arr_renewing_90d, forecast_closed, forecast_commit, forecast_at_risk, forecast_most_likely, forecast_best_case,
--   forecast_omitted
-- needs: figure_values
SELECT sum(CASE WHEN metric = 'arr_renewing_90d' THEN 0 ELSE value END) AS forecast_minor,
       sum(CASE WHEN metric = 'arr_renewing_90d' THEN value ELSE 0 END) AS renewing_minor
FROM figure_values
WHERE dimension = 'all' AND value IS NOT NULL
  AND metric IN ('forecast_closed', 'forecast_commit', 'forecast_at_risk', 'forecast_most_likely', 'forecast_best_case',
                 'forecast_omitted', 'arr_renewing_90d')
HAVING count(*) = 7 AND sum(CASE WHEN metric = 'arr_renewing_90d' THEN -value ELSE value END) <> 0
