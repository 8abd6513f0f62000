-- check: renewals_are_one
-- title: Renewals, deadlines and ARR that renews are the same everywhere
-- says: Of every managed account, the renewals list, the terms and the forecast agree: it renews in 90 days exactly if one
--   of its terms does, its ARR that renews is theirs, its forecast rows sum to it, and account_status names the same next date.
-- guards: renewals_90d, arr_renewing_90d, deadlines_90d, opt_outs_90d, forecast_closed, forecast_commit, forecast_at_risk,
--   forecast_most_likely, forecast_best_case, forecast_omitted
-- needs: account_status, renewals, renewal_terms, renewal_forecast
SELECT a.account_id, a.renewal_date AS status_date, r.renewal_date AS listed_date, r.in_90_days, r.renewing_arr_minor,
       t.soon, t.arr_minor AS terms_minor, f.arr_minor AS forecast_minor
FROM account_status AS a
LEFT JOIN renewals AS r ON r.account_id = a.account_id
LEFT JOIN (
  SELECT account_id, sum(CASE WHEN renews_in_90_days THEN 1 ELSE 0 END) AS soon,
         sum(CASE WHEN renews_in_90_days THEN arr_minor ELSE 0 END) AS arr_minor
  FROM renewal_terms GROUP BY account_id
) AS t ON t.account_id = a.account_id
LEFT JOIN (SELECT account_id, sum(atr_minor) AS arr_minor FROM renewal_forecast GROUP BY account_id) AS f
  ON f.account_id = a.account_id
WHERE a.status = 'managed'
  AND (coalesce(CAST(a.renewal_date AS VARCHAR), '') <> coalesce(CAST(r.renewal_date AS VARCHAR), '')
       OR coalesce(r.in_90_days, false) <> (coalesce(t.soon, 0) > 0)
       OR (r.renewing_arr_minor IS NOT NULL AND coalesce(r.renewing_arr_minor, 0) <> coalesce(t.arr_minor, 0))
       OR (r.renewing_arr_minor IS NOT NULL AND coalesce(f.arr_minor, 0) <> coalesce(r.renewing_arr_minor, 0)))
