-- signal: ticket_cluster
-- title: Tickets on one topic
-- says: Tickets of the account's most frequent category in 90 days; fires from three where one of them is still open.
-- kind: adoption
-- dimension: support
-- value: max(of_category)
-- n: count(ticket_id)
-- unit: count
-- window: 90 days
-- let: topic = min(CASE WHEN place = 1 THEN category END); still = CAST(sum(CASE WHEN is_top AND is_open THEN 1 ELSE 0 END) AS BIGINT)
-- fires: value >= 3 AND still >= 1
-- severity: 1
-- text: {value} of {n} tickets in 90 days are about {topic}; still open: {still}
-- needs: accounts, subscriptions, tickets
-- needs_column: tickets.category
WITH opened AS (
  SELECT t.account_id, t.ticket_id, t.subject, t.category, t.opened_at, t.solved_at IS NULL AS is_open,
         count(*) OVER (PARTITION BY t.account_id, t.category) AS of_category
  FROM tickets AS t
  CROSS JOIN session_params AS p
  WHERE t.category IS NOT NULL AND CAST(t.opened_at AS DATE) > p.as_of - 90 AND CAST(t.opened_at AS DATE) <= p.as_of
), placed AS (
  SELECT o.*, dense_rank() OVER (PARTITION BY o.account_id ORDER BY o.of_category DESC, o.category) AS place
  FROM opened AS o
)
SELECT s.account_id, o.ticket_id, o.subject, o.category, o.opened_at, o.is_open, o.of_category, o.place, o.place = 1 AS is_top
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN placed AS o ON o.account_id = s.account_id
