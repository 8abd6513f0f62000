-- signal: usage_stopped
-- title: Usage stopped
-- says: Days since the account last used the product; fires from `silent_days` (28), and only past three times the
--   account's own usual gap between days of use. Signals that look at a window fall silent when
--   nothing happens in it; this one speaks then.
-- kind: risk
-- dimension: usage
-- value: max(days_since)
-- unit: days
-- let: usual = max(usual_gap)
-- fires: value >= (SELECT max(l.silent_days) FROM limits AS l) AND value > 3 * coalesce(usual, 0.0)
-- severity: 3
-- text: Last use {value} days ago; usual gap between days of use: {usual:1} days
-- needs: accounts, subscriptions, usage_events
SELECT s.account_id, u.last_used_on, s.as_of - u.last_used_on AS days_since,
       CAST(u.last_used_on - u.first_used_on AS DOUBLE) / nullif(u.used_days - 1, 0) AS usual_gap
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN (
  SELECT e.account_id, max(e.event_date) AS last_used_on, min(e.event_date) AS first_used_on,
         count(DISTINCT e.event_date) AS used_days
  FROM usage_rollup AS e
  CROSS JOIN session_params AS p
  WHERE e.event_date <= p.as_of
  GROUP BY e.account_id
) AS u ON u.account_id = s.account_id
