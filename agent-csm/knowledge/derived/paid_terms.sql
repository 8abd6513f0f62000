-- derived: paid_terms
-- title: Paid terms of customers, as billed
-- says: One row per paid version of a subscription, numbered within its account; no trials, nothing free, no internal
--   accounts, and no version that ended before it began. A version whose money has no exchange rate stays, with its
--   mrr_minor unknown. In force in [start_date, end_date) as billing has it: what follows on what is in term_successions.
-- needs: accounts, subscriptions
SELECT s.account_id,
       row_number() OVER (PARTITION BY s.account_id
         ORDER BY s.start_date, s.subscription_id, coalesce(s.product, ''), coalesce(s.plan, ''),
                  coalesce(s.end_date, DATE '9999-12-31'), coalesce(s.mrr_minor, 0), coalesce(s.seats, 0)) AS term_no,
       s.subscription_id, s.product, s.plan, s.seats, s.mrr_minor, s.start_date, s.end_date, s.renewal_date, s.notice_days,
       s.auto_renew, s.cancelled_on, s.discount_percent
FROM subscriptions AS s
LEFT JOIN (SELECT account_id, bool_or(is_internal) AS is_internal FROM accounts GROUP BY account_id) AS a
  ON a.account_id = s.account_id
WHERE NOT s.is_trial
  AND coalesce(s.mrr_minor, 1) > 0
  AND NOT coalesce(a.is_internal, false)
  AND (s.end_date IS NULL OR s.end_date > s.start_date)
