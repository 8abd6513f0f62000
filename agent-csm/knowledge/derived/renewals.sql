-- derived: renewals
-- title: The next renewal of every managed account
-- says: The real deadline is the opt-out date: renewal date minus notice.
-- needs: account_status
SELECT account_id, renewal_date, opt_out_on, opt_out_on - as_of AS days_to_opt_out, arr_minor, auto_renew,
       renewal_date <= as_of + 90 AS in_90_days
FROM account_status
WHERE status = 'managed' AND renewal_date IS NOT NULL
