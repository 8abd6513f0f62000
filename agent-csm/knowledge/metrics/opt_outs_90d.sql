-- metric: opt_outs_90d
-- title: Opt-out dates in the next 90 days
-- says: Managed accounts whose opt-out date, the renewal date minus notice, falls within 90 days after the as-of
--   date: the real deadline.
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT account_id, renewal_date, opt_out_on, days_to_opt_out, auto_renew, arr_minor
FROM renewals
WHERE days_to_opt_out BETWEEN 0 AND 90
