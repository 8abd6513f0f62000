-- metric: active_people_month
-- title: Active people, 30 days
-- says: Distinct people of managed accounts who used the product in the last 30 days (MAU).
-- population: managed
-- value: count(*)
-- unit: count
-- window: 30 days
-- additive: true
-- needs: accounts, subscriptions, usage_events
-- needs_column: usage_events.user_id
SELECT u.account_id, u.user_id, u.last_used_on, u.active_days
FROM active_users AS u
JOIN account_status AS a ON a.account_id = u.account_id AND a.status = 'managed'
