-- derived: two_way_touches
-- title: Two-way contact in 90 days
-- says: Meetings, calls, reviews and trainings, and whatever the customer sent.
-- needs: interactions, session_params
SELECT i.account_id, i.interaction_id, i.contact_id, i.kind, CAST(i.occurred_at AS DATE) AS occurred_on
FROM interactions AS i
CROSS JOIN session_params AS p
WHERE (i.kind IN ('meeting', 'call', 'qbr', 'training') OR i.direction IN ('inbound', 'both'))
  AND CAST(i.occurred_at AS DATE) > p.as_of - 90 AND CAST(i.occurred_at AS DATE) <= p.as_of
