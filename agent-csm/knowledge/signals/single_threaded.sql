-- signal: single_threaded
-- title: One contact only
-- says: People at the account who were in contact with us in 90 days.
-- kind: risk
-- dimension: stakeholder
-- value: count(contact_id)
-- n: count(contact_id)
-- unit: count
-- window: 90 days
-- fires: value <= 1
-- severity: 1
-- text: Their people in contact with us in 90 days: {value}
-- needs: accounts, subscriptions, interactions
-- needs_column: interactions.contact_id
SELECT s.account_id, i.contact_id, i.last_contact_at
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT i.account_id, i.contact_id, max(i.occurred_at) AS last_contact_at
  FROM interactions AS i CROSS JOIN session_params AS p
  WHERE i.contact_id IS NOT NULL AND CAST(i.occurred_at AS DATE) > p.as_of - 90 AND CAST(i.occurred_at AS DATE) <= p.as_of
  GROUP BY i.account_id, i.contact_id
) AS i ON i.account_id = s.account_id
