-- metric: opt_outs_90d
-- title: Opt-out dates in the next 90 days
-- says: Managed accounts with a contract that renews by itself and whose opt-out date, the renewal date minus notice, falls
--   after the as-of date and within 90 days of it. A contract that does not renew by itself has none.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT account_id, opt_out_on, renewal_date, deadline_on, auto_renew, arr_minor
FROM renewals
WHERE opt_out_in_90_days
