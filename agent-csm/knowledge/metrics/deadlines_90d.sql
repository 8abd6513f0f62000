-- metric: deadlines_90d
-- title: Deadlines in the next 90 days
-- says: Managed accounts that have to decide after the as-of date and within 90 days of it: by the opt-out date where the
--   contract renews by itself, else by the end of the term. A renewal whose opt-out has passed is a renewal, and no
--   deadline any more.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT account_id, deadline_on, renewal_date, opt_out_on, auto_renew, arr_minor
FROM renewals
WHERE deadline_in_90_days
