-- derived: entitlements
-- title: Features each customer may use, and whether it does
-- says: A feature of no plan belongs to every plan; one of a plan to the accounts with a paid subscription of that plan in
--   force (case does not matter). used = in 90 days; lapsed = before, not since; never = not once in the data.
--   Where no feature is marked as core, all of them are.
-- needs: features, subscriptions_in_force, feature_use
WITH marked AS (
  SELECT count(CASE WHEN is_core THEN 1 END) AS core_features FROM features
), entitled AS (
  SELECT f.account_id, t.feature, min(coalesce(t.title, t.feature)) AS title, bool_or(coalesce(t.is_core, false)) AS is_core
  FROM (SELECT DISTINCT account_id, lower(plan) AS plan FROM subscriptions_in_force) AS f
  JOIN features AS t ON t.plan IS NULL OR lower(t.plan) = f.plan
  GROUP BY f.account_id, t.feature
)
SELECT e.account_id, e.feature, e.title, (e.is_core OR m.core_features = 0) AS is_core,
       CASE WHEN u.feature IS NULL THEN 'never' WHEN u.uses_90 > 0 THEN 'used' ELSE 'lapsed' END AS state,
       u.first_used_on, u.last_used_on, coalesce(u.uses_90, 0) AS uses_90
FROM entitled AS e
CROSS JOIN marked AS m
LEFT JOIN feature_use AS u ON u.account_id = e.account_id AND u.feature = e.feature
