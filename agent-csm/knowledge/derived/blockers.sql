-- derived: blockers
-- title: What keeps customers from using what they bought
-- says: One row per account, theme and feature. A core feature its plan includes and nobody used: never (customers for 30
--   days or more), or not in 90 days. Errors in at least `errors_high` (20) of 100 uses of a feature, with 50 uses in
--   28 days. Signals that fired name the rest: seats not activated, onboarding late, no admin, tickets on one topic.
-- needs: account_status, signal_readings, entitlements, feature_use, limits
SELECT a.account_id, b.theme, b.feature, b.signal, b.text, a.arr_minor
FROM account_status AS a
JOIN (
  SELECT e.account_id, CASE e.state WHEN 'never' THEN 'core feature never used' ELSE 'core feature abandoned' END AS theme,
         e.feature, 'entitled_unused' AS signal,
         CASE e.state WHEN 'never' THEN e.title || ': never used, though the plan includes it'
              ELSE e.title || ': last used on ' || CAST(e.last_used_on AS VARCHAR) END AS text
  FROM entitlements AS e
  JOIN signal_readings AS r ON r.account_id = e.account_id AND r.signal = 'entitled_unused' AND r.fired
  WHERE e.is_core AND e.state <> 'used'
  UNION ALL
  SELECT u.account_id, 'errors in a feature' AS theme, u.feature, 'feature_errors' AS signal,
         coalesce(u.feature, 'unnamed feature') || ': ' || CAST(u.errors_28 AS VARCHAR) || ' errors in '
           || CAST(u.uses_28 AS VARCHAR) || ' uses in 28 days' AS text
  FROM feature_use AS u
  CROSS JOIN limits AS l
  WHERE u.uses_28 >= 50 AND 100 * u.errors_28 >= l.errors_high * u.uses_28
  UNION ALL
  SELECT r.account_id,
         CASE r.signal WHEN 'seat_utilisation' THEN 'seats not activated'
                       WHEN 'onboarding_late' THEN 'onboarding late'
                       WHEN 'no_admin' THEN 'no admin'
                       WHEN 'ticket_cluster' THEN 'tickets on one topic'
                       ELSE 'use stays on the surface' END AS theme,
         CAST(NULL AS VARCHAR) AS feature, r.signal, r.text
  FROM signal_readings AS r
  WHERE r.fired AND r.signal IN ('seat_utilisation', 'onboarding_late', 'no_admin', 'ticket_cluster', 'feature_depth')
) AS b ON b.account_id = a.account_id
WHERE a.status = 'managed'
