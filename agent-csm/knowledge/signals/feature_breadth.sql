-- signal: feature_breadth
-- title: Features used
-- says: Distinct features used in 90 days, beside the median managed account that used any. None is a measurement too, where there
--   was usage before.
-- kind: adoption
-- dimension: adoption
-- value: count(feature)
-- n: count(feature)
-- unit: count
-- window: 90 days
-- let: peers = max(peer_median)
-- score: 100.0 * least(1.0, value / nullif(peers, 0))
-- fires: value < 0.5 * peers AND peers >= 4
-- severity: 1
-- text: {value} features used in 90 days; the median account uses {peers}
-- needs: accounts, subscriptions, usage_events
-- needs_column: usage_events.feature
WITH used AS (
  SELECT s.account_id, e.feature, max(e.event_date) AS last_used_on
  FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
  JOIN usage_rollup AS e ON e.account_id = s.account_id
  WHERE e.feature IS NOT NULL AND e.event_date > s.as_of - 90 AND e.event_date <= s.as_of
  GROUP BY s.account_id, e.feature
), breadth AS (
  SELECT account_id, count(*) AS features FROM used GROUP BY account_id
), peers AS (
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(features AS DOUBLE)) AS peer_median FROM breadth
)
SELECT s.account_id, u.feature, u.last_used_on, q.peer_median
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN (
  SELECT e.account_id FROM usage_rollup AS e CROSS JOIN session_params AS p
  WHERE e.feature IS NOT NULL AND e.event_date <= p.as_of
  GROUP BY e.account_id
) AS ever ON ever.account_id = s.account_id
CROSS JOIN peers AS q
LEFT JOIN used AS u ON u.account_id = s.account_id
