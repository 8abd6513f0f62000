-- signal: no_admin
-- title: No admin known
-- says: Admins among the contacts who have not left. Fires at none, where the data knows the role at all.
-- kind: adoption
-- dimension: adoption
-- value: CAST(sum(is_admin) AS BIGINT)
-- unit: count
-- let: elsewhere = max(admins)
-- fires: value = 0 AND elsewhere >= 1
-- severity: 1
-- text: Admins known: {value}, among {n} contacts
-- needs: accounts, subscriptions, contacts
-- needs_column: contacts.role
SELECT s.account_id, c.contact_id, c.name, c.role, k.admins, CASE WHEN c.role = 'admin' THEN 1 ELSE 0 END AS is_admin
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN contacts AS c ON c.account_id = s.account_id
CROSS JOIN (SELECT count(*) AS admins FROM contacts WHERE role = 'admin') AS k
WHERE c.left_on IS NULL OR c.left_on > s.as_of
