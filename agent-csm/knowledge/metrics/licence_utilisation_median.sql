-- metric: licence_utilisation_median
-- title: Licence utilisation, median account
-- says: Distinct people active in 30 days of the seats purchased, per managed account that buys seats; half of them
--   are below. Over all seats together it is the adoption rate.
-- population: managed
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY percent)
-- unit: percent
-- window: 30 days
-- plausible: >= 0, <= 200
-- needs: accounts, subscriptions, usage_events
-- needs_column: subscriptions.seats, usage_events.user_id
-- unknown: no managed account buys seats
SELECT a.account_id, a.seats, coalesce(u.people, 0) AS people, 100.0 * coalesce(u.people, 0) / a.seats AS percent
FROM account_status AS a
LEFT JOIN (SELECT account_id, count(*) AS people FROM active_users GROUP BY account_id) AS u ON u.account_id = a.account_id
WHERE a.status = 'managed' AND a.seats > 0
