-- metric: renewals_90d
-- title: Renewals in the next 90 days
-- says: Managed accounts whose next renewal date falls within 90 days after the as-of date.
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT account_id, renewal_date, opt_out_on, days_to_opt_out, auto_renew, arr_minor
FROM renewals
WHERE in_90_days
