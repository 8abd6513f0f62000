-- derived: support_digest
-- title: Support history of every customer
-- says: Tickets opened in 90 days, beside the 90 days before; open ones and their age; good CSAT answers of 180 days; the
--   median first human reply of 90 days. Without a ticket in the data at all there is no digest.
-- needs: account_status, tickets, ticket_replies, survey_responses, session_params
WITH counted AS (
  SELECT t.account_id,
         sum(CASE WHEN t.days_ago < 90 THEN 1 ELSE 0 END) AS tickets_90,
         sum(CASE WHEN t.days_ago >= 90 AND t.days_ago < 180 THEN 1 ELSE 0 END) AS tickets_before,
         sum(CASE WHEN t.days_ago < 90 AND t.priority = 'urgent' THEN 1 ELSE 0 END) AS urgent_90,
         sum(CASE WHEN t.days_ago < 90 AND t.priority = 'high' THEN 1 ELSE 0 END) AS high_90,
         sum(CASE WHEN t.days_ago < 90 THEN coalesce(t.reopens, 0) ELSE 0 END) AS reopens_90,
         sum(CASE WHEN t.is_open THEN 1 ELSE 0 END) AS open_now,
         max(CASE WHEN t.is_open THEN t.days_ago END) AS oldest_open_days,
         max(CASE WHEN t.is_open AND t.priority = 'urgent' THEN t.days_ago END) AS oldest_urgent_days
  FROM (
    SELECT t.account_id, t.priority, t.reopens, t.solved_at IS NULL AS is_open, p.as_of - CAST(t.opened_at AS DATE) AS days_ago
    FROM tickets AS t
    CROSS JOIN session_params AS p
    WHERE CAST(t.opened_at AS DATE) <= p.as_of
  ) AS t
  GROUP BY t.account_id
), answers AS (
  SELECT r.account_id, count(*) AS csat_n,
         sum(CASE WHEN 4 * (r.score - r.scale_min) >= 3 * (r.scale_max - r.scale_min) THEN 1 ELSE 0 END) AS csat_good
  FROM survey_responses AS r
  CROSS JOIN session_params AS p
  WHERE r.kind = 'csat' AND CAST(r.responded_at AS DATE) > p.as_of - 180 AND CAST(r.responded_at AS DATE) <= p.as_of
  GROUP BY r.account_id
), replies AS (
  SELECT r.account_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY r.minutes) AS reply_minutes
  FROM ticket_replies AS r
  CROSS JOIN session_params AS p
  WHERE CAST(r.opened_at AS DATE) > p.as_of - 90 AND CAST(r.opened_at AS DATE) <= p.as_of
  GROUP BY r.account_id
), known AS (
  SELECT count(*) AS tickets FROM tickets
)
SELECT a.account_id,
       CAST(coalesce(c.tickets_90, 0) AS BIGINT) AS tickets_90,
       CAST(coalesce(c.tickets_before, 0) AS BIGINT) AS tickets_before,
       CASE WHEN a.seats > 0 THEN 100.0 * coalesce(c.tickets_90, 0) / CAST(a.seats AS DOUBLE) END AS per_100_seats,
       CAST(coalesce(c.urgent_90, 0) AS BIGINT) AS urgent_90,
       CAST(coalesce(c.high_90, 0) AS BIGINT) AS high_90,
       CAST(coalesce(c.reopens_90, 0) AS BIGINT) AS reopens_90,
       CAST(coalesce(c.open_now, 0) AS BIGINT) AS open_now,
       CAST(c.oldest_open_days AS BIGINT) AS oldest_open_days,
       CAST(c.oldest_urgent_days AS BIGINT) AS oldest_urgent_days,
       CAST(coalesce(s.csat_good, 0) AS BIGINT) AS csat_good,
       CAST(coalesce(s.csat_n, 0) AS BIGINT) AS csat_n,
       round(r.reply_minutes) AS reply_minutes
FROM account_status AS a
JOIN known AS k ON k.tickets > 0
LEFT JOIN counted AS c ON c.account_id = a.account_id
LEFT JOIN answers AS s ON s.account_id = a.account_id
LEFT JOIN replies AS r ON r.account_id = a.account_id
WHERE a.status = 'managed'
