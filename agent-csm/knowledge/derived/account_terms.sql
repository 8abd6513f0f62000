-- derived: account_terms
-- title: Contract of each managed account
-- says: What was bought, for how much and until when. The term is the one that ends first: it begins with the first
--   version of that subscription, or of that product, that carries the same renewal date. Discount and price per seat are those of the
--   paid versions in force; earlier MRR is what was in force 180 days before.
-- needs: account_status, paid_subscriptions, subscriptions_in_force, renewal_decisions, session_params
WITH terms AS (
  SELECT f.account_id, f.subscription_id, f.product, f.renewal_date,
         row_number() OVER (PARTITION BY f.account_id
           ORDER BY f.renewal_date, f.mrr_minor DESC, f.subscription_id) AS place
  FROM subscriptions_in_force AS f
  WHERE f.renewal_date IS NOT NULL
), begun AS (
  SELECT t.account_id, min(v.start_date) AS term_began_on
  FROM terms AS t
  JOIN paid_subscriptions AS v
    ON v.account_id = t.account_id AND v.renewal_date = t.renewal_date
   AND (v.subscription_id = t.subscription_id OR v.product = t.product)
  WHERE t.place = 1
  GROUP BY t.account_id
), bought AS (
  SELECT f.account_id, max(f.discount_percent) AS discount_percent, count(DISTINCT f.product) AS products,
         max(f.start_date) AS changed_on
  FROM subscriptions_in_force AS f
  GROUP BY f.account_id
), earlier AS (
  SELECT v.account_id, CAST(sum(v.mrr_minor) AS BIGINT) AS mrr_minor, CAST(sum(v.seats) AS BIGINT) AS seats
  FROM paid_subscriptions AS v
  CROSS JOIN session_params AS p
  WHERE v.start_date <= p.as_of - 180 AND (v.end_date IS NULL OR v.end_date > p.as_of - 180)
  GROUP BY v.account_id
), versions AS (
  SELECT v.account_id, count(DISTINCT v.decision_on) AS renewals_kept
  FROM renewal_decisions AS v
  WHERE v.renewed_minor > 0
  GROUP BY v.account_id
)
SELECT a.account_id,
       a.as_of - a.first_paid_on AS tenure_days,
       CASE WHEN a.renewal_date >= a.as_of THEN a.renewal_date - a.as_of END AS days_to_renewal,
       CASE WHEN a.opt_out_on >= a.as_of THEN a.opt_out_on - a.as_of END AS days_to_opt_out,
       a.renewal_date - a.opt_out_on AS notice_days,
       a.renewal_date - b.term_began_on AS term_days,
       a.as_of - b.term_began_on AS days_into_term,
       a.arr_minor, a.seats, a.subscriptions,
       CAST(a.mrr_minor AS DOUBLE) / nullif(a.seats, 0) AS seat_price_minor,
       o.discount_percent, o.products,
       CASE WHEN a.auto_renew THEN 1 WHEN NOT a.auto_renew THEN 0 END AS auto_renews,
       coalesce(v.renewals_kept, 0) AS renewals_kept,
       100.0 * CAST(a.mrr_minor AS DOUBLE) / nullif(e.mrr_minor, 0) AS mrr_of_earlier,
       100.0 * CAST(a.seats AS DOUBLE) / nullif(e.seats, 0) AS seats_of_earlier
FROM account_status AS a
LEFT JOIN begun AS b ON b.account_id = a.account_id
LEFT JOIN bought AS o ON o.account_id = a.account_id
LEFT JOIN earlier AS e ON e.account_id = a.account_id
LEFT JOIN versions AS v ON v.account_id = a.account_id
WHERE a.status = 'managed'
