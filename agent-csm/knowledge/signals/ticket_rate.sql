-- signal: ticket_rate
-- title: Tickets per 100 seats
-- says: Tickets opened in 90 days, per 100 purchased seats; fires from `ticket_rate_high` (20) with three tickets or more.
--   The other extreme, silence, is the signal support_silent.
-- kind: risk
-- dimension: support
-- value: 100.0 * CAST(count(ticket_id) AS DOUBLE) / nullif(max(seats), 0)
-- n: count(ticket_id)
-- unit: ratio
-- window: 90 days
-- let: purchased = max(seats)
-- fires: value >= (SELECT max(l.ticket_rate_high) FROM limits AS l) AND n >= 3
-- severity: 1
-- text: {value:1} tickets per 100 seats in 90 days ({n} on {purchased} seats)
-- needs: accounts, subscriptions, tickets
-- needs_column: subscriptions.seats
SELECT s.account_id, a.seats, t.ticket_id, t.subject, t.priority, t.opened_at
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed' AND a.seats > 0
LEFT JOIN (
  SELECT t.* FROM tickets AS t CROSS JOIN session_params AS p
  WHERE CAST(t.opened_at AS DATE) > p.as_of - 90 AND CAST(t.opened_at AS DATE) <= p.as_of
) AS t ON t.account_id = s.account_id
