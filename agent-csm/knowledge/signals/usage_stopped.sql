-- signal: usage_stopped
-- title: Usage stopped
-- says: Days since the account last used the product; fires from 28. Signals that look at a window fall silent when
--   nothing happens in it; this one speaks then.
-- kind: risk
-- dimension: usage
-- value: max(days_since)
-- unit: days
-- fires: value >= 28
-- severity: 3
-- text: Last use {value} days ago
-- needs: accounts, subscriptions, usage_events
SELECT s.account_id, u.last_used_on, s.as_of - u.last_used_on AS days_since
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN (
  SELECT e.account_id, max(e.event_date) AS last_used_on
  FROM usage_events AS e
  CROSS JOIN session_params AS p
  WHERE e.event_date <= p.as_of
  GROUP BY e.account_id
) AS u ON u.account_id = s.account_id
