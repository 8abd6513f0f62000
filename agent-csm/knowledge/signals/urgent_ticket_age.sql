-- signal: urgent_ticket_age
-- title: Urgent ticket open too long
-- says: Days since the oldest open ticket of priority urgent was opened; fires above `urgent_open_days` (7).
-- kind: risk
-- dimension: support
-- value: max(days_open)
-- unit: days
-- let: first = min(opened_on)
-- fires: value > (SELECT max(l.urgent_open_days) FROM limits AS l)
-- severity: 3
-- text: An urgent ticket has been open for {value} days, since {first}
-- needs: accounts, subscriptions, tickets
-- needs_column: tickets.priority
SELECT s.account_id, t.ticket_id, t.subject, t.opened_at, CAST(t.opened_at AS DATE) AS opened_on,
       s.as_of - CAST(t.opened_at AS DATE) AS days_open
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN tickets AS t ON t.account_id = s.account_id
WHERE t.priority = 'urgent' AND t.solved_at IS NULL AND CAST(t.opened_at AS DATE) <= s.as_of
