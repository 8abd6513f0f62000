-- signal: no_buyer
-- title: No economic buyer known
-- says: Economic buyers among the contacts who have not left.
-- kind: risk
-- dimension: stakeholder
-- value: CAST(sum(is_buyer) AS BIGINT)
-- unit: count
-- fires: value = 0
-- severity: 1
-- text: Economic buyers known: {value}, among {n} contacts
-- needs: accounts, subscriptions, contacts
-- needs_column: contacts.role
SELECT s.account_id, c.contact_id, c.name, c.role, CASE WHEN c.role = 'economic_buyer' THEN 1 ELSE 0 END AS is_buyer
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN contacts AS c ON c.account_id = s.account_id
WHERE c.left_on IS NULL OR c.left_on > s.as_of
