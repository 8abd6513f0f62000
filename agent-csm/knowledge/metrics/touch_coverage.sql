-- metric: touch_coverage
-- title: Managed accounts in two-way contact, 90 days
-- says: Share of managed accounts with a meeting, call, review, training or inbound mail in 90 days; a mail of ours that
--   they have not answered is no contact.
-- population: managed
-- value: 100.0 * sum(touched) / nullif(count(*), 0)
-- unit: percent
-- window: 90 days
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, interactions
SELECT a.account_id, t.last_on, CASE WHEN t.account_id IS NULL THEN 0 ELSE 1 END AS touched
FROM account_status AS a
LEFT JOIN (SELECT account_id, max(occurred_on) AS last_on FROM two_way_touches WHERE days_ago < 90 GROUP BY account_id) AS t
  ON t.account_id = a.account_id
WHERE a.status = 'managed'
