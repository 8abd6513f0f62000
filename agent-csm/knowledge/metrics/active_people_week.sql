-- metric: active_people_week
-- title: Active people, a week
-- says: Distinct people of managed accounts who used the product in the last 7 days (WAU).
-- population: managed
-- value: count(*)
-- unit: count
-- window: 7 days
-- additive: true
-- needs: accounts, subscriptions, usage_events
-- needs_column: usage_events.user_id
SELECT u.account_id, u.user_id, u.last_used_on
FROM active_users AS u
JOIN account_status AS a ON a.account_id = u.account_id AND a.status = 'managed'
WHERE u.last_used_on > a.as_of - 7
