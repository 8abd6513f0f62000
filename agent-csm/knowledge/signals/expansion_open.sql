-- signal: expansion_open
-- title: Expansion in progress
-- says: Open expansion opportunities.
-- kind: growth
-- dimension: contract
-- value: count(opportunity_id)
-- unit: count
-- fires: value >= 1
-- severity: 1
-- text: Open expansion opportunities: {value}
-- needs: accounts, subscriptions, opportunities
SELECT s.account_id, o.opportunity_id, o.name, o.stage, o.amount_minor, o.close_on
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN opportunities AS o ON o.account_id = s.account_id
WHERE o.kind = 'expansion' AND o.status = 'open' AND o.created_on <= s.as_of
