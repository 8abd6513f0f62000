-- signal: feature_requests
-- title: Feature requests open
-- says: Requests that have not shipped.
-- kind: growth
-- dimension: engagement
-- value: count(request_id)
-- unit: count
-- fires: value >= 1
-- severity: 1
-- text: Feature requests open: {value}
-- needs: accounts, subscriptions, feature_requests
SELECT s.account_id, q.request_id, q.title, q.created_on
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN feature_requests AS q ON q.account_id = s.account_id
WHERE q.created_on <= s.as_of AND (q.shipped_on IS NULL OR q.shipped_on > s.as_of)
