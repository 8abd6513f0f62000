-- derived: term_links
-- title: Which paid term succeeds which
-- says: A paid term of the same account and product that starts within `grace_days` before or after another ends, and
--   ends later, can succeed it, whatever its id, plan or price; so can the next version of the same subscription on the
--   very day. Each term succeeds one and is succeeded by one: of several, the same subscription first, then the nearest
--   day, then the nearest price. Several terms gathered into one are `merged` as far as its price reaches beyond the
--   one it succeeds; one term split into several is `split` as far as the first part's price falls short.
--   kept_minor is the part of the old term's MRR that the new one carries on.
-- needs: paid_terms, limits
WITH pairs AS (
  SELECT o.account_id, o.term_no AS old_no, n.term_no AS new_no, n.start_date - o.end_date AS gap_days,
         coalesce(o.mrr_minor, 0) AS old_minor, coalesce(n.mrr_minor, 0) AS new_minor,
         row_number() OVER (PARTITION BY o.account_id
           ORDER BY CASE WHEN n.subscription_id = o.subscription_id THEN 0 ELSE 1 END, abs(n.start_date - o.end_date),
                    abs(coalesce(n.mrr_minor, 0) - coalesce(o.mrr_minor, 0)), o.term_no, n.term_no) AS place
  FROM paid_terms AS o
  JOIN paid_terms AS n ON n.account_id = o.account_id
  CROSS JOIN limits AS l
  WHERE n.start_date > o.start_date AND (n.end_date IS NULL OR n.end_date > o.end_date)
    AND ((coalesce(n.product, '') = coalesce(o.product, '')
          AND n.start_date - o.end_date <= l.grace_days AND o.end_date - n.start_date <= l.grace_days)
         OR (n.subscription_id = o.subscription_id AND n.start_date = o.end_date))
), first_best AS (
  SELECT p.*, min(p.place) OVER (PARTITION BY p.account_id, p.old_no) AS old_best,
         min(p.place) OVER (PARTITION BY p.account_id, p.new_no) AS new_best
  FROM pairs AS p
), first_round AS (
  SELECT account_id, old_no, new_no, gap_days, old_minor, new_minor FROM first_best WHERE place = old_best AND place = new_best
), second_best AS (
  SELECT p.*, min(p.place) OVER (PARTITION BY p.account_id, p.old_no) AS old_best,
         min(p.place) OVER (PARTITION BY p.account_id, p.new_no) AS new_best
  FROM pairs AS p
  LEFT JOIN first_round AS o ON o.account_id = p.account_id AND o.old_no = p.old_no
  LEFT JOIN first_round AS n ON n.account_id = p.account_id AND n.new_no = p.new_no
  WHERE o.account_id IS NULL AND n.account_id IS NULL
), second_round AS (
  SELECT account_id, old_no, new_no, gap_days, old_minor, new_minor FROM first_round
  UNION ALL
  SELECT account_id, old_no, new_no, gap_days, old_minor, new_minor FROM second_best WHERE place = old_best AND place = new_best
), third_best AS (
  SELECT p.*, min(p.place) OVER (PARTITION BY p.account_id, p.old_no) AS old_best,
         min(p.place) OVER (PARTITION BY p.account_id, p.new_no) AS new_best
  FROM pairs AS p
  LEFT JOIN second_round AS o ON o.account_id = p.account_id AND o.old_no = p.old_no
  LEFT JOIN second_round AS n ON n.account_id = p.account_id AND n.new_no = p.new_no
  WHERE o.account_id IS NULL AND n.account_id IS NULL
), succeeded AS (
  SELECT account_id, old_no, new_no, gap_days, old_minor, new_minor FROM second_round
  UNION ALL
  SELECT account_id, old_no, new_no, gap_days, old_minor, new_minor FROM third_best WHERE place = old_best AND place = new_best
), gathered AS (
  SELECT p.account_id, p.old_no, p.new_no, p.gap_days, p.old_minor, s.new_minor - s.old_minor AS room_minor,
         row_number() OVER (PARTITION BY p.account_id, p.old_no ORDER BY p.place) AS choice, p.place
  FROM pairs AS p
  JOIN succeeded AS s ON s.account_id = p.account_id AND s.new_no = p.new_no AND s.new_minor > s.old_minor
  LEFT JOIN succeeded AS o ON o.account_id = p.account_id AND o.old_no = p.old_no
  WHERE o.account_id IS NULL
), merged AS (
  SELECT g.account_id, g.old_no, g.new_no, g.gap_days, g.old_minor,
         g.room_minor - sum(g.old_minor) OVER (PARTITION BY g.account_id, g.new_no ORDER BY g.place
                            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) + g.old_minor AS room_minor
  FROM gathered AS g
  WHERE g.choice = 1
), parted AS (
  SELECT p.account_id, p.old_no, p.new_no, p.gap_days, p.new_minor, s.old_minor - s.new_minor AS short_minor,
         row_number() OVER (PARTITION BY p.account_id, p.new_no ORDER BY p.place) AS choice, p.place
  FROM pairs AS p
  JOIN succeeded AS s ON s.account_id = p.account_id AND s.old_no = p.old_no AND s.old_minor > s.new_minor
  LEFT JOIN succeeded AS n ON n.account_id = p.account_id AND n.new_no = p.new_no
  WHERE n.account_id IS NULL
), split AS (
  SELECT d.account_id, d.old_no, d.new_no, d.gap_days, d.new_minor,
         d.short_minor - sum(d.new_minor) OVER (PARTITION BY d.account_id, d.old_no ORDER BY d.place
                             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) + d.new_minor AS short_minor
  FROM parted AS d
  WHERE d.choice = 1
)
SELECT account_id, old_no, new_no, 'succeeded' AS how, gap_days, CAST(least(old_minor, new_minor) AS BIGINT) AS kept_minor
FROM succeeded
UNION ALL
SELECT account_id, old_no, new_no, 'merged' AS how, gap_days, CAST(least(old_minor, room_minor) AS BIGINT) AS kept_minor
FROM merged WHERE room_minor > 0
UNION ALL
SELECT account_id, old_no, new_no, 'split' AS how, gap_days, CAST(least(new_minor, short_minor) AS BIGINT) AS kept_minor
FROM split WHERE short_minor > 0
