-- metric: success_plan_coverage
-- title: Managed accounts with an active success plan
-- says: Share of managed accounts with at least one measurable objective (a target) that is not proven yet. The
--   agent's own plans are files under plans/.
-- population: managed
-- value: 100.0 * sum(active) / nullif(count(*), 0)
-- unit: percent
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, objectives
SELECT a.account_id, coalesce(o.objectives, 0) AS objectives, CASE WHEN o.objectives > 0 THEN 1 ELSE 0 END AS active
FROM account_status AS a
LEFT JOIN (
  SELECT account_id, count(*) AS objectives FROM objectives WHERE target IS NOT NULL AND proven_on IS NULL GROUP BY account_id
) AS o ON o.account_id = a.account_id
WHERE a.status = 'managed'
