-- derived: usage_archetypes
-- title: How each customer uses the product
-- says: The first rule that holds. unused = never; dormant = not in 28 days; seeding = first use less than 56 days ago;
--   declining = uses a week in the last 4 weeks below `usage_decay` percent (60) of those in the 12 weeks before;
--   daily habit = used on 16 of 28 days or more; weekly rhythm = used in 10 of the last 12 weeks or more;
--   bursty = the rest. Since when is told from the second session on.
-- needs: account_status, feature_use, usage_days, usage_weeks, past_scores, limits
WITH first_use AS (
  SELECT account_id, min(first_used_on) AS first_on FROM feature_use GROUP BY account_id
), days AS (
  SELECT account_id, count(*) AS active_days_28 FROM usage_days WHERE days_ago < 28 AND uses > 0 GROUP BY account_id
), weeks AS (
  SELECT account_id,
         sum(CASE WHEN weeks_ago < 12 AND uses > 0 THEN 1 ELSE 0 END) AS active_weeks_12,
         CASE WHEN sum(CASE WHEN weeks_ago BETWEEN 4 AND 15 THEN 1 ELSE 0 END) >= 4
              THEN 100.0 * (CAST(sum(CASE WHEN weeks_ago < 4 THEN uses ELSE 0 END) AS DOUBLE) / 4)
                   / nullif(CAST(sum(CASE WHEN weeks_ago BETWEEN 4 AND 15 THEN uses ELSE 0 END) AS DOUBLE)
                            / sum(CASE WHEN weeks_ago BETWEEN 4 AND 15 THEN 1 ELSE 0 END), 0) END AS share_of_past
  FROM usage_weeks
  GROUP BY account_id
), known AS (
  SELECT count(*) AS features FROM feature_use
), named AS (
  SELECT a.account_id, a.as_of,
         CASE WHEN f.first_on IS NULL THEN 'unused'
              WHEN coalesce(d.active_days_28, 0) = 0 THEN 'dormant'
              WHEN a.as_of - f.first_on < 56 THEN 'seeding'
              WHEN w.share_of_past < l.usage_decay THEN 'declining'
              WHEN d.active_days_28 >= 16 THEN 'daily habit'
              WHEN w.active_weeks_12 >= 10 THEN 'weekly rhythm'
              ELSE 'bursty' END AS archetype,
         CAST(coalesce(d.active_days_28, 0) AS BIGINT) AS active_days_28,
         CAST(coalesce(w.active_weeks_12, 0) AS BIGINT) AS active_weeks_12,
         w.share_of_past, l.usage_decay
  FROM account_status AS a
  CROSS JOIN limits AS l
  JOIN known AS k ON k.features > 0
  LEFT JOIN first_use AS f ON f.account_id = a.account_id
  LEFT JOIN days AS d ON d.account_id = a.account_id
  LEFT JOIN weeks AS w ON w.account_id = a.account_id
  WHERE a.status = 'managed'
)
SELECT n.account_id, n.archetype,
       CASE n.archetype
         WHEN 'unused' THEN 'never used in the usage data'
         WHEN 'dormant' THEN 'used before, not in the last 28 days'
         WHEN 'seeding' THEN 'first used less than 56 days ago'
         WHEN 'declining' THEN 'uses a week in the last 4 weeks far below the 12 weeks before'
         WHEN 'daily habit' THEN 'used on 16 of the last 28 days or more'
         WHEN 'weekly rhythm' THEN 'used in 10 of the last 12 weeks or more'
         ELSE 'used now and then, without a weekly rhythm' END AS definition,
       n.active_days_28, n.active_weeks_12, n.share_of_past,
       CASE WHEN q.archetype = n.archetype THEN q.archetype_since WHEN q.account_id IS NOT NULL THEN n.as_of END AS since,
       CASE WHEN q.archetype <> n.archetype THEN q.archetype END AS was
FROM named AS n
LEFT JOIN past_scores AS q ON q.account_id = n.account_id
