-- signal: no_recent_contact
-- title: No two-way contact
-- says: Days since the last meeting, call, review, training or inbound mail; since the first payment where there was none. Fires above `no_contact_days` (60).
-- kind: risk
-- dimension: engagement
-- value: min(days_since)
-- n: count(interaction_id)
-- unit: days
-- let: touches = count(interaction_id)
-- score: 100.0 * (1.0 - least(1.0, greatest(0.0, value - 30.0) / 90.0))
-- fires: value > (SELECT max(l.no_contact_days) FROM limits AS l)
-- severity: 2
-- text: No two-way contact for {value} days; contacts on record: {touches}
-- needs: accounts, subscriptions, interactions
SELECT s.account_id, i.interaction_id, i.kind, i.contact_id, i.occurred_at,
       s.as_of - coalesce(CAST(i.occurred_at AS DATE), a.first_paid_on) AS days_since
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT i.* FROM interactions AS i CROSS JOIN session_params AS p
  WHERE (i.kind IN ('meeting', 'call', 'qbr', 'training') OR i.direction IN ('inbound', 'both'))
    AND CAST(i.occurred_at AS DATE) <= p.as_of
) AS i ON i.account_id = s.account_id
