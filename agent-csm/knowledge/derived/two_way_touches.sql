-- derived: two_way_touches
-- title: Two-way contact
-- says: What counts as contact: meetings, calls, reviews and trainings, and whatever the customer wrote. A mail of ours that
--   they have not answered is a try, not contact. Everything that speaks of contact reads this table.
-- needs: interactions, session_params
SELECT i.account_id, i.interaction_id, i.contact_id, i.kind, i.occurred_at, CAST(i.occurred_at AS DATE) AS occurred_on,
       CAST(p.as_of - CAST(i.occurred_at AS DATE) AS BIGINT) AS days_ago
FROM interactions AS i
CROSS JOIN session_params AS p
WHERE (i.kind IN ('meeting', 'call', 'qbr', 'training') OR i.direction IN ('inbound', 'both'))
  AND CAST(i.occurred_at AS DATE) <= p.as_of
