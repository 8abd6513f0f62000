-- signal: no_buyer
-- title: No economic buyer known
-- says: Economic buyers among the contacts who have not left, by the source's role or, where it states none, by title
--   (stakeholder_roles.toml). Unknown where no contact of the account has a role.
-- kind: risk
-- dimension: stakeholder
-- value: CASE WHEN count(role) > 0 THEN CAST(sum(is_buyer) AS BIGINT) END
-- unit: count
-- fires: value = 0
-- severity: 1
-- text: Economic buyers known: {value}, among {n} contacts
-- needs: accounts, subscriptions, contacts, stakeholders
SELECT s.account_id, c.contact_id, c.name, c.role, c.role_from, CASE WHEN c.role = 'economic_buyer' THEN 1 ELSE 0 END AS is_buyer
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN stakeholders AS c ON c.account_id = s.account_id
WHERE c.is_here
