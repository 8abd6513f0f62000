-- metric: adoption_rate
-- title: Adoption: active people of purchased seats
-- says: Distinct people who used the product in 30 days, of the seats purchased, over managed accounts that buy seats. A row is a subscription with its seats, or a person who was active.
-- population: managed
-- value: 100.0 * sum(active) / nullif(sum(seats), 0)
-- n: count(DISTINCT account_id)
-- unit: percent
-- window: 30 days
-- target: > 80
-- plausible: <= 200
-- needs: accounts, subscriptions, usage_events
-- needs_column: subscriptions.seats, usage_events.user_id
SELECT f.account_id, f.subscription_id, CAST(NULL AS VARCHAR) AS user_id, CAST(NULL AS DATE) AS last_used_on,
       f.seats, 0 AS active
FROM subscriptions_in_force AS f
WHERE f.seats > 0
UNION ALL
SELECT u.account_id, CAST(NULL AS VARCHAR) AS subscription_id, u.user_id, u.last_used_on, 0 AS seats, 1 AS active
FROM active_users AS u
JOIN account_status AS a ON a.account_id = u.account_id
WHERE a.status = 'managed' AND a.seats > 0
