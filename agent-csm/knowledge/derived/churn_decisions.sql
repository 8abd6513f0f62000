-- derived: churn_decisions
-- title: Decisions to leave, as billing shows them
-- says: A loss is a fall of the account's MRR to zero: what goes on within `grace_days` is none, and what lapsed within
--   them is undecided (term_successions). It was decided on the day the last of the versions that ended then was cancelled, else on the day of the newest churn event of the 92
--   days before that names no other day of effect, else on the day of the fall itself. Who still pays while every paid
--   version in force is cancelled has decided too: effective_on is NULL. Trials, moves to another product and contractions are
--   no losses.
-- needs: mrr_movements, paid_subscriptions, subscriptions_in_force, churn_events, session_params
WITH falls AS (
  SELECT m.account_id, m.movement_date AS fell_on
  FROM mrr_movements AS m
  WHERE m.kind = 'churn'
), cancelled AS (
  SELECT f.account_id, f.fell_on,
         CASE WHEN count(v.cancelled_on) = count(*) THEN max(v.cancelled_on) END AS cancelled_on
  FROM falls AS f
  JOIN paid_subscriptions AS v ON v.account_id = f.account_id AND v.end_date = f.fell_on
  GROUP BY f.account_id, f.fell_on
), said AS (
  SELECT f.account_id, f.fell_on, max(e.decided_on) AS decided_on
  FROM falls AS f
  JOIN churn_events AS e ON e.account_id = f.account_id
   AND e.decided_on <= f.fell_on AND e.decided_on >= f.fell_on - 92
  WHERE NOT coalesce(e.is_reactivation, false) AND (e.effective_on IS NULL OR e.effective_on = f.fell_on)
  GROUP BY f.account_id, f.fell_on
), announced AS (
  SELECT account_id, max(cancelled_on) AS decided_on
  FROM subscriptions_in_force
  GROUP BY account_id
  HAVING count(cancelled_on) = count(*)
)
SELECT f.account_id,
       CASE WHEN c.cancelled_on <= f.fell_on THEN c.cancelled_on ELSE coalesce(s.decided_on, f.fell_on) END AS decided_on,
       f.fell_on AS effective_on,
       CASE WHEN c.cancelled_on <= f.fell_on THEN 'cancelled'
            WHEN s.decided_on IS NOT NULL THEN 'churn event' ELSE 'not renewed' END AS how
FROM falls AS f
LEFT JOIN cancelled AS c ON c.account_id = f.account_id AND c.fell_on = f.fell_on
LEFT JOIN said AS s ON s.account_id = f.account_id AND s.fell_on = f.fell_on
UNION ALL
SELECT n.account_id, n.decided_on, CAST(NULL AS DATE) AS effective_on, 'announced' AS how
FROM announced AS n
CROSS JOIN session_params AS p
WHERE n.decided_on <= p.as_of
