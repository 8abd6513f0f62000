-- metric: decay_ratio
-- title: Decay ratio, median account
-- says: Uses per day of the last 28 days, of the account's own uses per day in the 90 days that end 14 days ago, mean on
--   mean, days without use counted as zero; the median over managed accounts that paid all along and used the product on
--   more than half of those 90 days. Below 100 the account uses it less than it was used to.
-- population: managed
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY percent)
-- unit: percent
-- window: 104 days
-- plausible: >= 0
-- needs: accounts, subscriptions, usage_events
-- unknown: no managed account used the product on more than half of the 90 days before the last 14
SELECT r.account_id, r.recent_uses, r.before_uses, r.days_used,
       100.0 * (CAST(r.recent_uses AS DOUBLE) / 28) / (CAST(r.before_uses AS DOUBLE) / 90) AS percent
FROM (
  SELECT account_id, CAST(sum(CASE WHEN days_ago < 28 THEN uses ELSE 0 END) AS BIGINT) AS recent_uses,
         CAST(sum(CASE WHEN days_ago >= 14 AND days_ago < 104 THEN uses ELSE 0 END) AS BIGINT) AS before_uses,
         CAST(sum(CASE WHEN days_ago >= 14 AND days_ago < 104 AND uses > 0 THEN 1 ELSE 0 END) AS BIGINT) AS days_used
  FROM usage_days GROUP BY account_id
) AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed' AND a.first_paid_on <= a.as_of - 104
WHERE r.days_used > 45
