-- metric: multithreading_median
-- title: Multithreading, median account
-- says: Median number of people per managed account who were in two-way contact with us in 90 days.
-- population: managed
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY people)
-- unit: ratio
-- window: 90 days
-- plausible: >= 0
-- needs: accounts, subscriptions, interactions
-- needs_column: interactions.contact_id
SELECT a.account_id, coalesce(t.people, 0) AS people
FROM account_status AS a
LEFT JOIN (SELECT account_id, count(DISTINCT contact_id) AS people FROM two_way_touches WHERE days_ago < 90 GROUP BY account_id) AS t
  ON t.account_id = a.account_id
WHERE a.status = 'managed'
