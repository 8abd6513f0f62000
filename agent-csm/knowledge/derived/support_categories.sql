-- derived: support_categories
-- title: What customers ask support about
-- says: Tickets opened in 90 days by category as the source states it, the three most frequent of each account.
-- needs: account_status, tickets, session_params
SELECT account_id, place, category, tickets
FROM (
  SELECT c.account_id, c.category, c.tickets,
         CAST(row_number() OVER (PARTITION BY c.account_id ORDER BY c.tickets DESC, c.category) AS BIGINT) AS place
  FROM (
    SELECT t.account_id, t.category, count(*) AS tickets
    FROM tickets AS t
    CROSS JOIN session_params AS p
    JOIN account_status AS a ON a.account_id = t.account_id AND a.status = 'managed'
    WHERE t.category IS NOT NULL AND CAST(t.opened_at AS DATE) > p.as_of - 90 AND CAST(t.opened_at AS DATE) <= p.as_of
    GROUP BY t.account_id, t.category
  ) AS c
) AS ranked
WHERE place <= 3
