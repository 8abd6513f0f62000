-- signal: csm_rating
-- title: The CSM's own rating
-- says: 2 for green, 1 for amber, 0 for red, as the CRM states it; fires at red. It is no part of the score: the two are
--   compared in the table disagreements.
-- kind: context
-- dimension: engagement
-- value: min(grade)
-- unit: score
-- let: rating = min(csm_rating)
-- fires: value = 0
-- severity: 2
-- text: The CSM rates the account {rating}
-- needs: accounts, subscriptions
-- needs_column: accounts.csm_rating
SELECT s.account_id, c.owner, c.csm_rating,
       CASE lower(c.csm_rating) WHEN 'green' THEN 2 WHEN 'amber' THEN 1 WHEN 'red' THEN 0 END AS grade
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN accounts AS c ON c.account_id = s.account_id
WHERE lower(c.csm_rating) IN ('green', 'amber', 'red')
