-- signal: urgent_tickets_open
-- title: Urgent tickets open
-- says: Tickets of priority urgent that are not solved.
-- kind: risk
-- dimension: support
-- value: count(ticket_id)
-- n: count(ticket_id)
-- unit: count
-- let: oldest = max(days_open)
-- fires: value >= 1
-- severity: 2
-- text: Urgent tickets open: {value}, the oldest for {oldest} days
-- needs: accounts, subscriptions, tickets
-- needs_column: tickets.priority
SELECT s.account_id, t.ticket_id, t.subject, t.opened_at, s.as_of - CAST(t.opened_at AS DATE) AS days_open
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT t.* FROM tickets AS t CROSS JOIN session_params AS p
  WHERE t.priority = 'urgent' AND t.solved_at IS NULL AND CAST(t.opened_at AS DATE) <= p.as_of
) AS t ON t.account_id = s.account_id
