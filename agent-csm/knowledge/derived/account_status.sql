-- derived: account_status
-- title: What each account is on the as-of date
-- says: managed = a paid subscription in force; lapsed = all it paid for ended, some of it within `grace_days`, and
--   undecided: neither renewed nor lost; trial = only a trial in force; churned = paid before, not now;
--   internal = our own; prospect = all others.
--   The renewal date is the next one, the opt-out that date less notice, whether or not the contract renews by itself:
--   deadlines are in renewal_terms.
--   Money and seats are summed over the paid versions in force; money is unknown where one of them has no rate.
-- needs: snapshot, accounts, subscriptions, paid_subscriptions, subscriptions_in_force, session_params
WITH force AS (
  SELECT account_id,
         CASE WHEN count(mrr_minor) = count(*) THEN CAST(sum(mrr_minor) AS BIGINT) END AS mrr_minor,
         CAST(sum(seats) AS BIGINT) AS seats,
         count(DISTINCT subscription_id) AS subscriptions
  FROM subscriptions_in_force
  GROUP BY account_id
), paid AS (
  SELECT b.account_id, min(b.start_date) AS first_paid_on
  FROM paid_subscriptions AS b
  CROSS JOIN session_params AS p
  WHERE b.start_date <= p.as_of
  GROUP BY b.account_id
), trials AS (
  SELECT DISTINCT s.account_id
  FROM subscriptions AS s
  CROSS JOIN session_params AS p
  WHERE s.is_trial AND s.start_date <= p.as_of AND (s.end_date IS NULL OR s.end_date > p.as_of)
), next_terms AS (
  SELECT f.account_id, f.renewal_date, coalesce(f.notice_days, 0) AS notice_days, f.auto_renew,
         row_number() OVER (PARTITION BY f.account_id
           ORDER BY f.renewal_date, coalesce(f.notice_days, 0) DESC, f.mrr_minor DESC, f.subscription_id) AS place
  FROM subscriptions_in_force AS f
  CROSS JOIN session_params AS p
  WHERE f.renewal_date > p.as_of
), undecided AS (
  SELECT b.account_id, max(b.end_date) AS lapsed_on, CAST(sum(b.mrr_minor) AS BIGINT) AS lapsed_mrr_minor
  FROM paid_subscriptions AS b
  WHERE b.undecided
  GROUP BY b.account_id
), internal AS (
  SELECT account_id, bool_or(is_internal) AS is_internal FROM accounts GROUP BY account_id
)
SELECT s.account_id, s.as_of,
       CASE WHEN coalesce(i.is_internal, false) THEN 'internal'
            WHEN f.account_id IS NOT NULL THEN 'managed'
            WHEN u.account_id IS NOT NULL THEN 'lapsed'
            WHEN t.account_id IS NOT NULL THEN 'trial'
            WHEN d.account_id IS NOT NULL THEN 'churned'
            ELSE 'prospect' END AS status,
       CASE WHEN f.account_id IS NULL THEN CAST(0 AS BIGINT) ELSE f.mrr_minor END AS mrr_minor,
       CASE WHEN f.account_id IS NULL THEN CAST(0 AS BIGINT) ELSE 12 * f.mrr_minor END AS arr_minor,
       f.seats,
       coalesce(f.subscriptions, 0) AS subscriptions,
       d.first_paid_on,
       n.renewal_date,
       CAST(n.notice_days AS BIGINT) AS notice_days,
       n.renewal_date - CAST(n.notice_days AS INTEGER) AS opt_out_on,
       n.auto_renew,
       u.lapsed_on, u.lapsed_mrr_minor
FROM snapshot AS s
LEFT JOIN internal AS i ON i.account_id = s.account_id
LEFT JOIN force AS f ON f.account_id = s.account_id
LEFT JOIN paid AS d ON d.account_id = s.account_id
LEFT JOIN undecided AS u ON u.account_id = s.account_id
LEFT JOIN trials AS t ON t.account_id = s.account_id
LEFT JOIN next_terms AS n ON n.account_id = s.account_id AND n.place = 1
