-- metric: core_actions_per_day
-- title: Core actions a day, median account
-- says: Uses of core features a day over the last 28 days, days without use counted as zero, of the median managed account
--   that ever used the product; an account that began later counts from its first use.
-- population: managed
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY a_day)
-- unit: ratio
-- window: 28 days
-- plausible: >= 0
-- needs: accounts, subscriptions, usage_events, features
-- needs_column: usage_events.feature
-- unknown: no managed account ever used the product
SELECT d.account_id, CAST(sum(d.core_uses) AS BIGINT) AS core_uses, count(*) AS days,
       CAST(sum(d.core_uses) AS DOUBLE) / count(*) AS a_day
FROM usage_days AS d
JOIN account_status AS a ON a.account_id = d.account_id AND a.status = 'managed'
WHERE d.days_ago < 28
GROUP BY d.account_id
