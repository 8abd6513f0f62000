-- derived: renewal_terms
-- title: Every term that is to renew
-- says: One row per paid subscription in force whose renewal date is ahead. The renewal date is the first day of the next
--   term. The opt-out is the renewal date minus notice, known only of a contract that renews by itself, or does not say
--   that it does not. The deadline is the opt-out where there is one, else the end of the term, which is the renewal date.
--   In 90 days: after the as-of date, at most 90 days later. Renewals, opt-outs and deadlines are all read here.
-- needs: subscriptions_in_force, session_params
SELECT t.account_id, t.subscription_id, t.renewal_date, t.notice_days, t.auto_renew, t.opt_out_on, t.deadline_on,
       t.cancelled_on, t.succeeded_on, t.arr_minor,
       CAST(t.renewal_date - t.as_of AS BIGINT) AS days_to_renewal,
       CAST(t.opt_out_on - t.as_of AS BIGINT) AS days_to_opt_out,
       CAST(t.deadline_on - t.as_of AS BIGINT) AS days_to_deadline,
       t.renewal_date <= t.as_of + 90 AS renews_in_90_days,
       coalesce(t.opt_out_on > t.as_of AND t.opt_out_on <= t.as_of + 90, false) AS opt_out_in_90_days,
       t.deadline_on > t.as_of AND t.deadline_on <= t.as_of + 90 AS deadline_in_90_days
FROM (
  SELECT f.account_id, f.subscription_id, f.renewal_date, f.auto_renew, f.cancelled_on, f.succeeded_on,
         12 * f.mrr_minor AS arr_minor, p.as_of,
         CAST(coalesce(f.notice_days, 0) AS BIGINT) AS notice_days,
         CASE WHEN coalesce(f.auto_renew, true)
              THEN f.renewal_date - CAST(coalesce(f.notice_days, 0) AS INTEGER) END AS opt_out_on,
         CASE WHEN coalesce(f.auto_renew, true)
              THEN f.renewal_date - CAST(coalesce(f.notice_days, 0) AS INTEGER) ELSE f.renewal_date END AS deadline_on
  FROM subscriptions_in_force AS f
  CROSS JOIN session_params AS p
  WHERE f.renewal_date > p.as_of
) AS t
