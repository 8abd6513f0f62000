-- signal: new_sponsor
-- title: New sponsor
-- says: Executives, economic buyers and champions who became known in 90 days, not at the beginning: who decides has
--   changed, and what was agreed with the one before is worth hearing from them.
-- kind: context
-- dimension: stakeholder
-- value: count(*)
-- unit: count
-- window: 90 days
-- let: newest = max(told)
-- fires: value >= 1
-- severity: 2
-- text: New sponsor since {newest}
-- needs: accounts, subscriptions, contacts, stakeholders
SELECT s.account_id, n.contact_id, n.name, n.title, n.part, n.since, n.who_left, n.who_left_on,
       CAST(n.since AS VARCHAR) || ': ' || coalesce(n.name, n.contact_id) || ', '
         || CASE n.part WHEN 'economic_buyer' THEN 'economic buyer' ELSE n.part END
         || CASE WHEN n.title IS NOT NULL THEN ' (' || n.title || ')' ELSE '' END
         || CASE WHEN n.who_left_on IS NOT NULL
                 THEN ', after ' || coalesce(n.who_left, 'the one before') || ' left on ' || CAST(n.who_left_on AS VARCHAR)
                 ELSE '' END AS told
FROM snapshot AS s
JOIN new_sponsors AS n ON n.account_id = s.account_id
