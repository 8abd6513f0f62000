-- derived: floor_events
-- title: When the events behind fired floors happened
-- says: One row per account and fired signal that holds health down, with the day of its newest event. Something
--   that happened after an account was snoozed brings it back. usage_stopped: the day after the last use.
-- needs: signal_readings, subscriptions_in_force, stakeholders, invoices, session_params
WITH fired AS (
  SELECT r.account_id, r.signal, r.value, p.as_of FROM signal_readings AS r CROSS JOIN session_params AS p WHERE r.fired
)
SELECT f.account_id, f.signal, max(s.cancelled_on) AS event_on
FROM fired AS f JOIN subscriptions_in_force AS s ON s.account_id = f.account_id
WHERE f.signal = 'cancellation_announced' AND s.cancelled_on <= f.as_of
GROUP BY f.account_id, f.signal
UNION ALL
SELECT f.account_id, f.signal, max(c.left_on) AS event_on
FROM fired AS f JOIN stakeholders AS c ON c.account_id = f.account_id
WHERE f.signal = 'champion_left' AND c.role = 'champion' AND c.left_on <= f.as_of
GROUP BY f.account_id, f.signal
UNION ALL
SELECT f.account_id, f.signal, max(coalesce(i.due_on, i.issued_on)) AS event_on
FROM fired AS f JOIN invoices AS i ON i.account_id = f.account_id
WHERE f.signal = 'payment_failed' AND i.paid_on IS NULL AND i.attempts >= 2 AND i.issued_on <= f.as_of
  AND coalesce(i.status, 'open') NOT IN ('paid', 'void', 'draft', 'uncollectible')
GROUP BY f.account_id, f.signal
UNION ALL
SELECT f.account_id, f.signal, f.as_of - CAST(f.value - 1 AS INTEGER) AS event_on
FROM fired AS f
WHERE f.signal = 'usage_stopped'
