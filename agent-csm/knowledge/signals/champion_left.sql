-- signal: champion_left
-- title: Champion left
-- says: Champions who left in 180 days; fires where no other champion is known.
-- kind: risk
-- dimension: stakeholder
-- value: CAST(sum(is_gone) AS BIGINT)
-- unit: count
-- window: 180 days
-- let: remaining = CAST(sum(1 - is_gone) AS BIGINT)
-- fires: value >= 1 AND remaining = 0
-- severity: 3
-- text: Champions who left in 180 days: {value}; champions who remain: {remaining}
-- needs: accounts, subscriptions, contacts, stakeholders
-- needs_column: contacts.role, contacts.left_on
SELECT s.account_id, c.contact_id, c.name, c.title, c.left_on,
       CASE WHEN c.left_on <= s.as_of THEN 1 ELSE 0 END AS is_gone
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN stakeholders AS c ON c.account_id = s.account_id
WHERE c.role = 'champion' AND (c.left_on IS NULL OR c.left_on > s.as_of - 180)
