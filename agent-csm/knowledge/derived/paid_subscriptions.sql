-- derived: paid_subscriptions
-- title: Paid subscription versions, by the days that count
-- says: Paid terms in force in [start_date, end_date), where end_date is the first day of what succeeds the term
--   (term_successions), else the end that billing has; billed_until keeps that. A cancelled term that goes on has no
--   cancelled_on. undecided: ended within `grace_days` before the as-of date, nobody knows yet whether it is renewed.
-- needs: term_successions
SELECT t.subscription_id, t.account_id, t.product, t.plan, t.seats, t.mrr_minor, t.start_date, t.in_force_until AS end_date,
       t.renewal_date, t.notice_days, t.auto_renew,
       CASE WHEN t.how IN ('open', 'ended', 'undecided') THEN t.cancelled_on END AS cancelled_on, t.discount_percent,
       t.term_no, t.succeeded_no, t.succeeded_on, t.succeeds_no, t.end_date AS billed_until, t.how = 'undecided' AS undecided
FROM term_successions AS t
