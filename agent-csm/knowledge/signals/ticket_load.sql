-- signal: ticket_load
-- title: Tickets for the size of the account
-- says: Tickets opened in 90 days. The first is free; the score falls to zero at a tenth of the seats, at least three, above it.
-- kind: risk
-- dimension: support
-- value: count(ticket_id)
-- n: count(ticket_id)
-- unit: count
-- window: 90 days
-- let: purchased = max(seats)
-- score: 100.0 * (1.0 - least(1.0, greatest(0.0, value - 1.0) / greatest(3.0, coalesce(purchased, 0) * 0.1)))
-- fires: value >= 4 AND value > greatest(3.0, coalesce(purchased, 0) * 0.1)
-- severity: 1
-- text: Tickets in 90 days: {value}, for {purchased} seats
-- needs: accounts, subscriptions, tickets
SELECT s.account_id, a.seats, t.ticket_id, t.subject, t.priority, t.opened_at
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT t.* FROM tickets AS t CROSS JOIN session_params AS p
  WHERE CAST(t.opened_at AS DATE) > p.as_of - 90 AND CAST(t.opened_at AS DATE) <= p.as_of
) AS t ON t.account_id = s.account_id
