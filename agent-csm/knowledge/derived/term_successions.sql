-- derived: term_successions
-- title: Paid terms, and what follows on them
-- says: The one rule of what goes on. Each paid term with the term that succeeds it (term_links): in force until the
--   successor's first day, so that days both run are paid once and a gap of at most `grace_days` is carried through.
--   Where an account would pay nothing and pays again within the window, though for another product, its terms are
--   `carried` until then. A term that ended within the window before the as-of date without any of that is
--   `undecided`, unless it was cancelled or a churn event says so; so is one of an account of which a billing row could
--   not be read, whenever it ended, for that row may be what follows. All others `ended`, or are `open`.
--   gap_days: unpaid days before the successor, negative for days that both run.
-- needs: paid_terms, term_links, limits, churn_events, rejected_rows, session_params
WITH nexts AS (
  SELECT account_id, old_no, new_no, how, gap_days
  FROM term_links
  WHERE how IN ('succeeded', 'merged')
), kept AS (
  SELECT account_id, old_no, CAST(sum(kept_minor) AS BIGINT) AS kept_minor FROM term_links GROUP BY account_id, old_no
), befores AS (
  SELECT account_id, new_no, min(old_no) AS old_no
  FROM term_links
  WHERE how IN ('succeeded', 'split')
  GROUP BY account_id, new_no
), reached AS (
  SELECT t.*, x.new_no, x.how, x.gap_days, n.subscription_id AS succeeded_by, n.start_date AS succeeded_on,
         n.mrr_minor AS succeeded_minor, n.renewal_date AS succeeded_until,
         coalesce(n.start_date, t.end_date) AS until
  FROM paid_terms AS t
  LEFT JOIN nexts AS x ON x.account_id = t.account_id AND x.old_no = t.term_no
  LEFT JOIN paid_terms AS n ON n.account_id = x.account_id AND n.term_no = x.new_no
), stopped AS (
  SELECT DISTINCT account_id, until FROM reached WHERE new_no IS NULL AND until IS NOT NULL
), zero AS (
  SELECT s.account_id, s.until
  FROM stopped AS s
  LEFT JOIN reached AS r
    ON r.account_id = s.account_id AND r.start_date <= s.until AND (r.until IS NULL OR r.until > s.until)
  WHERE r.account_id IS NULL
), carried AS (
  SELECT z.account_id, z.until, min(r.start_date) AS carried_until
  FROM zero AS z
  JOIN reached AS r ON r.account_id = z.account_id AND r.start_date > z.until
  CROSS JOIN limits AS l
  WHERE r.start_date - z.until <= l.grace_days
  GROUP BY z.account_id, z.until
), moved AS (
  SELECT DISTINCT r.account_id, r.start_date
  FROM reached AS r
  LEFT JOIN befores AS b ON b.account_id = r.account_id AND b.new_no = r.term_no
  WHERE b.account_id IS NULL
), unread AS (
  SELECT DISTINCT account_id FROM rejected_rows WHERE table_name = 'subscriptions' AND account_id IS NOT NULL
), said AS (
  SELECT DISTINCT r.account_id, r.until
  FROM reached AS r
  JOIN churn_events AS e
    ON e.account_id = r.account_id AND e.decided_on <= r.until AND e.decided_on >= r.until - 92
  WHERE r.new_no IS NULL AND NOT coalesce(e.is_reactivation, false)
    AND (e.effective_on IS NULL OR e.effective_on = r.until)
)
SELECT r.account_id, r.term_no, r.subscription_id, r.product, r.plan, r.seats, r.mrr_minor, r.start_date, r.end_date,
       coalesce(c.carried_until, r.until) AS in_force_until, r.renewal_date, r.notice_days, r.auto_renew, r.cancelled_on,
       r.discount_percent, r.new_no AS succeeded_no, r.succeeded_by, r.succeeded_on, r.succeeded_minor, r.succeeded_until,
       CAST(coalesce(r.gap_days, c.carried_until - r.until) AS BIGINT) AS gap_days, b.old_no AS succeeds_no,
       coalesce(k.kept_minor, 0) AS kept_minor,
       CASE WHEN r.new_no IS NOT NULL THEN r.how
            WHEN c.account_id IS NOT NULL THEN 'carried'
            WHEN r.end_date IS NULL OR r.end_date > p.as_of THEN 'open'
            WHEN m.account_id IS NULL AND s.account_id IS NULL AND (p.as_of - r.end_date <= l.grace_days OR x.account_id IS NOT NULL)
             AND NOT coalesce(r.cancelled_on <= p.as_of, false) THEN 'undecided'
            ELSE 'ended' END AS how
FROM reached AS r
CROSS JOIN session_params AS p
CROSS JOIN limits AS l
LEFT JOIN carried AS c ON c.account_id = r.account_id AND c.until = r.until AND r.new_no IS NULL
LEFT JOIN befores AS b ON b.account_id = r.account_id AND b.new_no = r.term_no
LEFT JOIN kept AS k ON k.account_id = r.account_id AND k.old_no = r.term_no
LEFT JOIN moved AS m ON m.account_id = r.account_id AND m.start_date = r.end_date
LEFT JOIN said AS s ON s.account_id = r.account_id AND s.until = r.until
LEFT JOIN unread AS x ON x.account_id = r.account_id
