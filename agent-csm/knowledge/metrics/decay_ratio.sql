-- metric: decay_ratio
-- title: Decay ratio, median account
-- says: Uses per day of the last 28 days, of the account's own median day of the 90 that end 14 days ago, days
--   without use counted as zero; the median over managed accounts that paid all along and used the product on more
--   than half of those days. Below 100 the account uses it less than it was used to.
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY percent)
-- unit: percent
-- window: 104 days
-- plausible: >= 0
-- needs: accounts, subscriptions, usage_events
-- unknown: no managed account used the product on more than half of the 90 days before the last 14
SELECT r.account_id, r.recent_uses, b.median_day, 100.0 * r.recent_uses / 28 / b.median_day AS percent
FROM (
  SELECT account_id, CAST(sum(CASE WHEN days_ago < 28 THEN uses ELSE 0 END) AS BIGINT) AS recent_uses
  FROM usage_days GROUP BY account_id
) AS r
JOIN (
  SELECT account_id, sum(CASE WHEN place IN (45, 46) THEN uses ELSE 0 END) / 2.0 AS median_day
  FROM (
    SELECT account_id, uses, row_number() OVER (PARTITION BY account_id ORDER BY uses DESC, event_date) AS place
    FROM usage_days
    WHERE days_ago >= 14 AND days_ago < 104
  ) AS ranked
  GROUP BY account_id
) AS b ON b.account_id = r.account_id
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed' AND a.first_paid_on <= a.as_of - 104
WHERE b.median_day > 0
