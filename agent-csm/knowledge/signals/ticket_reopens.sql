-- signal: ticket_reopens
-- title: Tickets reopened
-- says: Times tickets opened in 90 days were reopened; fires from `ticket_reopens` (2).
-- kind: risk
-- dimension: support
-- value: CAST(coalesce(sum(reopens), 0) AS BIGINT)
-- n: count(ticket_id)
-- unit: count
-- window: 90 days
-- fires: value >= (SELECT max(l.ticket_reopens) FROM limits AS l)
-- severity: 1
-- text: Tickets of the last 90 days were reopened {value} times ({n} tickets)
-- needs: accounts, subscriptions, tickets
-- needs_column: tickets.reopens
SELECT s.account_id, t.ticket_id, t.subject, t.priority, t.opened_at, t.reopens
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT t.* FROM tickets AS t CROSS JOIN session_params AS p
  WHERE CAST(t.opened_at AS DATE) > p.as_of - 90 AND CAST(t.opened_at AS DATE) <= p.as_of
) AS t ON t.account_id = s.account_id
