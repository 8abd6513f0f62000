-- metric: csqls
-- title: CS-qualified leads, accepted
-- says: Open expansion opportunities (the named motion, accepted by sales) of managed accounts in which a growth
--   signal other than usage fired and a need is known: an objective not proven, a request not shipped, or seats
--   nearly used up.
-- population: managed
-- value: count(*)
-- unit: count
-- needs: accounts, subscriptions, opportunities
SELECT l.account_id, l.signals, l.needs, o.opportunity_id, o.name, o.stage, o.amount_minor
FROM lead_needs AS l
JOIN opportunities AS o ON o.account_id = l.account_id AND o.kind = 'expansion' AND o.status = 'open'
