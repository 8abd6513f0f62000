-- derived: mrr_movement_parts
-- title: What MRR movements are made of
-- says: One row per movement, subscription and cause; the parts of a movement sum to it. A term that succeeds another
--   (term_successions), or a new one on the day the account's only other one ends, is a change:
--   plan when product or plan differ; else the change of seats at the old price per seat, and price for the rest.
--   A term that begins is the first, a return, cross-sell (a product the account did not pay for the day before)
--   or added; one that ends is ended.
-- needs: paid_subscriptions, mrr_movements, session_params
WITH versions AS (
  SELECT b.account_id, b.term_no, b.subscription_id, b.product, b.plan, b.seats, b.mrr_minor, b.start_date, b.end_date,
         b.succeeded_no, b.undecided
  FROM paid_subscriptions AS b
  CROSS JOIN session_params AS p
  WHERE b.mrr_minor IS NOT NULL AND b.start_date <= p.as_of
), links AS (
  SELECT o.account_id, o.term_no AS old_no, n.term_no AS new_no,
         row_number() OVER (PARTITION BY n.account_id, n.term_no
           ORDER BY CASE WHEN o.subscription_id = n.subscription_id THEN 0 ELSE 1 END, o.mrr_minor DESC, o.term_no) AS place
  FROM versions AS n
  JOIN versions AS o ON o.account_id = n.account_id AND o.succeeded_no = n.term_no
), followed AS (
  SELECT n.account_id, n.start_date AS changed_on, n.subscription_id, n.term_no AS new_no, o.term_no AS old_no,
         o.product AS old_product, n.product AS new_product, o.plan AS old_plan, n.plan AS new_plan,
         o.seats AS old_seats, n.seats AS new_seats, o.mrr_minor AS old_minor, n.mrr_minor AS new_minor
  FROM links AS k
  JOIN versions AS o ON o.account_id = k.account_id AND o.term_no = k.old_no
  JOIN versions AS n ON n.account_id = k.account_id AND n.term_no = k.new_no
  WHERE k.place = 1
), began AS (
  SELECT v.*, count(*) OVER (PARTITION BY v.account_id, v.start_date) AS that_day
  FROM versions AS v
  LEFT JOIN followed AS f ON f.account_id = v.account_id AND f.new_no = v.term_no
  WHERE f.account_id IS NULL
), ended AS (
  SELECT v.*, count(*) OVER (PARTITION BY v.account_id, v.end_date) AS that_day
  FROM versions AS v
  CROSS JOIN session_params AS p
  LEFT JOIN followed AS f ON f.account_id = v.account_id AND f.old_no = v.term_no
  WHERE f.account_id IS NULL AND v.end_date <= p.as_of
), swapped AS (
  SELECT n.account_id, n.start_date AS changed_on, n.subscription_id, n.term_no AS new_no, o.term_no AS old_no,
         o.product AS old_product, n.product AS new_product, o.plan AS old_plan, n.plan AS new_plan,
         o.seats AS old_seats, n.seats AS new_seats, o.mrr_minor AS old_minor, n.mrr_minor AS new_minor
  FROM began AS n
  JOIN ended AS o ON o.account_id = n.account_id AND o.end_date = n.start_date
  WHERE n.that_day = 1 AND o.that_day = 1 AND NOT o.undecided
), changes AS (
  SELECT c.*, coalesce(old_product, '') <> coalesce(new_product, '') OR coalesce(old_plan, '') <> coalesce(new_plan, '')
         AS other_plan,
         CASE WHEN old_seats > 0 AND new_seats IS NOT NULL
              THEN CAST(round(CAST(old_minor AS DOUBLE) * (new_seats - old_seats) / old_seats) AS BIGINT) ELSE 0 END
         AS by_seats
  FROM (SELECT * FROM followed UNION ALL SELECT * FROM swapped) AS c
), parts AS (
  SELECT account_id, changed_on, subscription_id, 'plan' AS cause, new_minor - old_minor AS delta_minor, false AS undecided
  FROM changes WHERE other_plan
  UNION ALL
  SELECT account_id, changed_on, subscription_id, 'seats' AS cause, by_seats AS delta_minor, false AS undecided
  FROM changes WHERE NOT other_plan
  UNION ALL
  SELECT account_id, changed_on, subscription_id, 'price' AS cause, new_minor - old_minor - by_seats AS delta_minor,
         false AS undecided
  FROM changes WHERE NOT other_plan
  UNION ALL
  SELECT n.account_id, n.start_date AS changed_on, n.subscription_id,
         CASE WHEN n.product IS NOT NULL AND h.held IS NULL THEN 'cross_sell' ELSE 'added' END AS cause,
         n.mrr_minor AS delta_minor, false AS undecided
  FROM began AS n
  LEFT JOIN swapped AS s ON s.account_id = n.account_id AND s.new_no = n.term_no
  LEFT JOIN (
    SELECT n.account_id, n.start_date, n.product, count(*) AS held
    FROM began AS n
    JOIN versions AS o
      ON o.account_id = n.account_id AND o.product = n.product
     AND o.start_date < n.start_date AND (o.end_date IS NULL OR o.end_date >= n.start_date)
    GROUP BY n.account_id, n.start_date, n.product
  ) AS h ON h.account_id = n.account_id AND h.start_date = n.start_date AND h.product = n.product
  WHERE s.account_id IS NULL
  UNION ALL
  SELECT o.account_id, o.end_date AS changed_on, o.subscription_id, 'ended' AS cause, -o.mrr_minor AS delta_minor, o.undecided
  FROM ended AS o
  LEFT JOIN swapped AS s ON s.account_id = o.account_id AND s.old_no = o.term_no
  WHERE s.account_id IS NULL
)
SELECT m.account_id, m.movement_date, m.kind,
       CASE WHEN t.cause IN ('cross_sell', 'added') AND m.kind = 'new' THEN 'first'
            WHEN t.cause IN ('cross_sell', 'added') AND m.kind = 'reactivation' THEN 'returned'
            ELSE t.cause END AS cause,
       t.subscription_id, CAST(sum(t.delta_minor) AS BIGINT) AS delta_minor
FROM mrr_movements AS m
JOIN parts AS t ON t.account_id = m.account_id AND t.changed_on = m.movement_date AND t.undecided = (m.kind = 'lapsed')
GROUP BY m.account_id, m.movement_date, m.kind, t.cause, t.subscription_id
HAVING sum(t.delta_minor) <> 0
