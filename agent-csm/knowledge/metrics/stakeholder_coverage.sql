-- metric: stakeholder_coverage
-- title: Accounts with buyer, champion and admin
-- says: Share of managed accounts with an economic buyer, a champion and an admin, none of whom has left.
-- population: managed
-- value: 100.0 * sum(CASE WHEN buyers > 0 AND champions > 0 AND admins > 0 THEN 1 ELSE 0 END) / nullif(count(*), 0)
-- unit: percent
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, contacts
-- needs_column: contacts.role
SELECT a.account_id, coalesce(c.buyers, 0) AS buyers, coalesce(c.champions, 0) AS champions, coalesce(c.admins, 0) AS admins
FROM account_status AS a
LEFT JOIN (
  SELECT c.account_id, sum(CASE WHEN c.role = 'economic_buyer' THEN 1 ELSE 0 END) AS buyers,
         sum(CASE WHEN c.role = 'champion' THEN 1 ELSE 0 END) AS champions, sum(CASE WHEN c.role = 'admin' THEN 1 ELSE 0 END) AS admins
  FROM contacts AS c
  CROSS JOIN session_params AS p
  WHERE c.left_on IS NULL OR c.left_on > p.as_of
  GROUP BY c.account_id
) AS c ON c.account_id = a.account_id
WHERE a.status = 'managed'
