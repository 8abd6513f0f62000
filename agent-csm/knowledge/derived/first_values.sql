-- derived: first_values
-- title: First value of every paying account
-- says: First use is the first day somebody used a core feature on or after the first paid day; it is known only for
--   accounts that began to pay within the recorded usage. First value is the first objective the customer confirmed.
-- needs: account_status, usage_rollup, feature_use, features, objectives
WITH recorded AS (
  SELECT min(first_used_on) AS since FROM feature_use
), core AS (
  SELECT DISTINCT feature FROM features WHERE is_core
), used AS (
  SELECT a.account_id, min(u.event_date) AS first_use_on
  FROM account_status AS a
  JOIN usage_rollup AS u ON u.account_id = a.account_id AND u.event_date >= a.first_paid_on AND u.event_date <= a.as_of
  JOIN core AS c ON c.feature = u.feature
  GROUP BY a.account_id
), proven AS (
  SELECT o.account_id, min(o.proven_on) AS first_value_on
  FROM objectives AS o
  JOIN account_status AS a ON a.account_id = o.account_id
  WHERE o.proven_on >= a.first_paid_on AND o.proven_on <= a.as_of
  GROUP BY o.account_id
)
SELECT a.account_id, a.status, a.first_paid_on,
       CASE WHEN a.first_paid_on >= r.since THEN u.first_use_on END AS first_use_on,
       v.first_value_on,
       CASE WHEN a.first_paid_on >= r.since THEN u.first_use_on - a.first_paid_on END AS days_to_use,
       v.first_value_on - a.first_paid_on AS days_to_value
FROM account_status AS a
CROSS JOIN recorded AS r
LEFT JOIN used AS u ON u.account_id = a.account_id
LEFT JOIN proven AS v ON v.account_id = a.account_id
WHERE a.first_paid_on IS NOT NULL AND a.status <> 'internal'
