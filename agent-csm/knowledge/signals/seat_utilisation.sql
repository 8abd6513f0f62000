-- signal: seat_utilisation
-- title: Seats in use
-- says: Distinct people active in 30 days, of purchased seats; fires below `seats_low` (50). A row is a subscription with its seats, or a person who was active.
-- kind: adoption
-- dimension: adoption
-- value: 100.0 * sum(active) / nullif(sum(seats), 0)
-- n: CAST(sum(seats) AS BIGINT)
-- unit: percent
-- window: 30 days
-- let: purchased = CAST(sum(seats) AS BIGINT); people = CAST(sum(active) AS BIGINT)
-- score: 100.0 * least(1.0, value / 80.0)
-- fires: value < (SELECT max(l.seats_low) FROM limits AS l)
-- severity: 2
-- text: {value}% of {purchased} seats used in 30 days ({people} people)
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
