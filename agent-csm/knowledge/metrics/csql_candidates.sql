-- metric: csql_candidates
-- title: CS-qualified leads, not with sales yet
-- says: Managed accounts in which a growth signal other than usage fired and a need is known, without an open
--   expansion opportunity. A raw rise of usage is no lead.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT l.account_id, l.signals, l.needs
FROM lead_needs AS l
LEFT JOIN (SELECT DISTINCT account_id FROM opportunities WHERE kind = 'expansion' AND status = 'open') AS o
  ON o.account_id = l.account_id
WHERE o.account_id IS NULL
