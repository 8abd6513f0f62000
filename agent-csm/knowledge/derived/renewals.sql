-- derived: renewals
-- title: The renewal ahead of every managed account
-- says: One row per managed account with a renewal date ahead: its next one, its next opt-out and its next deadline, over
--   all its terms (renewal_terms). A deadline that has passed is none any more; of opt-outs
--   that all have passed the last is named. renewing_arr is the ARR of the terms
--   that renew in 90 days; unknown where one of theirs is.
--   quarter = the fiscal quarter of the renewal date.
-- needs: account_status, renewal_terms, fiscal_quarters
SELECT a.account_id, t.renewal_date, t.opt_out_on, t.deadline_on,
       CAST(t.opt_out_on - a.as_of AS BIGINT) AS days_to_opt_out,
       CAST(t.deadline_on - a.as_of AS BIGINT) AS days_to_deadline,
       a.arr_minor, a.auto_renew, t.in_90_days, t.opt_out_in_90_days, t.deadline_in_90_days, t.renewing_arr_minor, q.quarter
FROM account_status AS a
JOIN (
  SELECT account_id, min(renewal_date) AS renewal_date,
         coalesce(min(CASE WHEN days_to_opt_out > 0 THEN opt_out_on END), max(opt_out_on)) AS opt_out_on,
         min(CASE WHEN days_to_deadline > 0 THEN deadline_on END) AS deadline_on,
         bool_or(renews_in_90_days) AS in_90_days,
         bool_or(opt_out_in_90_days) AS opt_out_in_90_days,
         bool_or(deadline_in_90_days) AS deadline_in_90_days,
         CASE WHEN count(CASE WHEN renews_in_90_days THEN arr_minor END) = sum(CASE WHEN renews_in_90_days THEN 1 ELSE 0 END)
              THEN CAST(coalesce(sum(CASE WHEN renews_in_90_days THEN arr_minor END), 0) AS BIGINT) END AS renewing_arr_minor
  FROM renewal_terms
  GROUP BY account_id
) AS t ON t.account_id = a.account_id
LEFT JOIN fiscal_quarters AS q ON t.renewal_date >= q.starts_on AND t.renewal_date < q.next_on
WHERE a.status = 'managed'
