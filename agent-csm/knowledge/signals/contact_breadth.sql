-- signal: contact_breadth
-- title: People in touch with us
-- says: Distinct people at the account in contact with us in 90 days; fires where it is half or less of the 90 days before,
--   with three people or more then.
-- kind: risk
-- dimension: engagement
-- value: CAST(coalesce(sum(recent), 0) AS BIGINT)
-- n: CAST(coalesce(sum(before), 0) AS BIGINT)
-- unit: count
-- window: 180 days
-- fires: 2 * value <= n AND n >= 3
-- severity: 1
-- text: People in contact with us in 90 days: {value}; in the 90 days before: {n}
-- needs: accounts, subscriptions, interactions
-- needs_column: interactions.contact_id
SELECT s.account_id, i.contact_id, i.last_contact_at, i.recent, i.before
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT i.account_id, i.contact_id, max(i.occurred_at) AS last_contact_at,
         max(CASE WHEN CAST(i.occurred_at AS DATE) > p.as_of - 90 THEN 1 ELSE 0 END) AS recent,
         max(CASE WHEN CAST(i.occurred_at AS DATE) <= p.as_of - 90 THEN 1 ELSE 0 END) AS before
  FROM interactions AS i CROSS JOIN session_params AS p
  WHERE i.contact_id IS NOT NULL AND CAST(i.occurred_at AS DATE) > p.as_of - 180 AND CAST(i.occurred_at AS DATE) <= p.as_of
  GROUP BY i.account_id, i.contact_id
) AS i ON i.account_id = s.account_id
