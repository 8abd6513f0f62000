-- signal: ticket_severity
-- title: Severe tickets
-- says: Tickets of priority urgent or high opened in 90 days; fires from three, where they are half of all or more.
-- kind: risk
-- dimension: support
-- value: CAST(coalesce(sum(is_severe), 0) AS BIGINT)
-- n: count(ticket_id)
-- unit: count
-- window: 90 days
-- fires: value >= 3 AND 2 * value >= n
-- severity: 1
-- text: Urgent or high tickets in 90 days: {value} of {n}
-- needs: accounts, subscriptions, tickets
-- needs_column: tickets.priority
SELECT s.account_id, t.ticket_id, t.subject, t.priority, t.opened_at,
       CASE WHEN t.priority IN ('urgent', 'high') THEN 1 WHEN t.ticket_id IS NOT NULL THEN 0 END AS is_severe
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT t.* FROM tickets AS t CROSS JOIN session_params AS p
  WHERE CAST(t.opened_at AS DATE) > p.as_of - 90 AND CAST(t.opened_at AS DATE) <= p.as_of
) AS t ON t.account_id = s.account_id
