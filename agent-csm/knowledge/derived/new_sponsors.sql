-- derived: new_sponsors
-- title: New sponsors
-- says: Executives, economic buyers and champions who became known at a managed account in the last 90 days, a month or
--   more after it began to pay: before that everybody is new. who_left = the newest of the same part who left in the 180
--   days before, whom the new one may follow.
-- needs: account_status, stakeholders
WITH sponsors AS (
  SELECT s.account_id, s.contact_id, s.name, s.title, s.created_on, s.left_on, s.is_here,
         CASE WHEN s.role IN ('economic_buyer', 'champion') THEN s.role ELSE 'executive' END AS part
  FROM stakeholders AS s
  WHERE s.role IN ('economic_buyer', 'champion') OR s.is_executive
), gone AS (
  SELECT n.account_id, n.contact_id, g.name AS who_left, g.left_on AS who_left_on,
         row_number() OVER (PARTITION BY n.account_id, n.contact_id ORDER BY g.left_on DESC, g.contact_id) AS place
  FROM sponsors AS n
  JOIN account_status AS a ON a.account_id = n.account_id
  JOIN sponsors AS g ON g.account_id = n.account_id AND g.part = n.part AND g.contact_id <> n.contact_id
  WHERE NOT g.is_here AND g.left_on > a.as_of - 180
)
SELECT n.account_id, n.contact_id, n.name, n.title, n.part, n.created_on AS since, g.who_left, g.who_left_on
FROM sponsors AS n
JOIN account_status AS a ON a.account_id = n.account_id AND a.status = 'managed'
LEFT JOIN gone AS g ON g.account_id = n.account_id AND g.contact_id = n.contact_id AND g.place = 1
WHERE n.is_here AND n.created_on > a.as_of - 90 AND n.created_on <= a.as_of AND n.created_on >= a.first_paid_on + 30
