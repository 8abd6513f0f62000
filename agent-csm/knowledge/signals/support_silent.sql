-- signal: support_silent
-- title: Never asks support
-- says: Tickets opened in 180 days, beside what the median customer opens for as many seats. Fires at none where that would
--   be three or more: they found help elsewhere, or stopped asking.
-- kind: context
-- dimension: support
-- value: count(ticket_id)
-- n: count(ticket_id)
-- unit: count
-- window: 180 days
-- let: expected = max(peer_rate) * max(seats) / 100.0; days = max(customer_days)
-- fires: value = 0 AND expected >= 3 AND days >= 180
-- severity: 1
-- text: Tickets in 180 days: {value}; the median customer of this size opens {expected:1}
-- needs: accounts, subscriptions, tickets
-- needs_column: subscriptions.seats
WITH opened AS (
  SELECT t.* FROM tickets AS t CROSS JOIN session_params AS p
  WHERE CAST(t.opened_at AS DATE) > p.as_of - 180 AND CAST(t.opened_at AS DATE) <= p.as_of
), rates AS (
  SELECT a.account_id, 100.0 * CAST(count(o.ticket_id) AS DOUBLE) / max(a.seats) AS rate
  FROM account_status AS a
  LEFT JOIN opened AS o ON o.account_id = a.account_id
  WHERE a.status = 'managed' AND a.seats > 0
  GROUP BY a.account_id
), peers AS (
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS peer_rate FROM rates
)
SELECT s.account_id, a.seats, s.as_of - a.first_paid_on AS customer_days, q.peer_rate, o.ticket_id, o.subject, o.opened_at
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed' AND a.seats > 0
CROSS JOIN peers AS q
LEFT JOIN opened AS o ON o.account_id = s.account_id
