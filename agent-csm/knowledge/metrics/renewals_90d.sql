-- metric: renewals_90d
-- title: Renewals in the next 90 days
-- says: Managed accounts with a renewal date, the first day of the next term, after the as-of date and within 90 days of it.
--   out/renewals.csv and the Monday page list the same accounts.
-- population: renewing_90d
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT account_id, renewal_date, deadline_on, opt_out_on, auto_renew, renewing_arr_minor
FROM renewals
WHERE in_90_days
