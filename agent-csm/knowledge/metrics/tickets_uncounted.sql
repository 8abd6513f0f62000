-- metric: tickets_uncounted
-- title: Tickets that no support figure counts
-- says: Tickets opened in 84 days by anybody but a managed account: our own test accounts, trials, prospects, former
--   customers, and requesters of no account we know. `why` says which.
-- population: not_managed
-- value: count(*)
-- unit: count
-- window: 84 days
-- needs: accounts, subscriptions, tickets
SELECT a.account_id, t.ticket_id, t.subject, t.opened_at,
       CASE WHEN t.account_id IS NULL THEN 'names no account'
            WHEN a.account_id IS NULL THEN 'names an account nobody knows'
            WHEN a.status = 'internal' THEN 'our own account'
            WHEN a.status = 'churned' THEN 'former customer'
            ELSE a.status END AS why
FROM tickets AS t
CROSS JOIN session_params AS p
LEFT JOIN account_status AS a ON a.account_id = t.account_id
WHERE CAST(t.opened_at AS DATE) > p.as_of - 84 AND CAST(t.opened_at AS DATE) <= p.as_of
  AND coalesce(a.status, '') <> 'managed'
