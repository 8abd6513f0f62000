-- signal: no_recent_contact
-- title: No two-way contact
-- says: Days since the last meeting, call, review, training or inbound mail; since the first payment where there was none. Fires above `no_contact_days` (60).
-- kind: risk
-- dimension: engagement
-- value: min(days_since)
-- n: count(interaction_id)
-- unit: days
-- let: since = CASE WHEN count(interaction_id) = 0 THEN 'nobody ever answered, met or called, since they began to pay on ' || CAST(min(first_paid_on) AS VARCHAR) ELSE 'the last was on ' || CAST(max(occurred_on) AS VARCHAR) END
-- score: 100.0 * (1.0 - least(1.0, greatest(0.0, value - 30.0) / 90.0))
-- fires: value > (SELECT max(l.no_contact_days) FROM limits AS l)
-- severity: 2
-- text: No two-way contact for {value} days: {since}
-- needs: accounts, subscriptions, interactions
SELECT s.account_id, t.interaction_id, t.kind, t.contact_id, t.occurred_on, a.first_paid_on,
       coalesce(t.days_ago, s.as_of - a.first_paid_on) AS days_since
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN two_way_touches AS t ON t.account_id = s.account_id
