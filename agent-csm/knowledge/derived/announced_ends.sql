-- derived: announced_ends
-- title: Ends that are announced and still to come
-- says: One row per managed account that has said it will stop, whole or in part: paid subscriptions in force that are
--   cancelled, and the source's own record of churn that takes effect after the as-of date. ends_on = the day the last of
--   them ends, NULL where nobody says; ending_arr_minor = what ends; is_whole = nothing goes on; says = the same in words.
-- needs: account_status, subscriptions_in_force, churn_events
WITH cancelled AS (
  SELECT f.account_id, min(f.cancelled_on) AS announced_on,
         CASE WHEN count(coalesce(f.end_date, f.renewal_date)) = count(*) THEN max(coalesce(f.end_date, f.renewal_date)) END
         AS ends_on,
         CASE WHEN count(f.mrr_minor) = count(*) THEN CAST(12 * sum(f.mrr_minor) AS BIGINT) END AS ending_arr_minor,
         count(DISTINCT f.subscription_id) AS subscriptions
  FROM subscriptions_in_force AS f
  JOIN account_status AS a ON a.account_id = f.account_id
  WHERE f.cancelled_on <= a.as_of
  GROUP BY f.account_id
), recorded AS (
  SELECT e.account_id, min(e.decided_on) AS announced_on, max(e.effective_on) AS ends_on
  FROM churn_events AS e
  JOIN account_status AS a ON a.account_id = e.account_id
  WHERE e.decided_on <= a.as_of AND e.effective_on > a.as_of AND NOT coalesce(e.is_reactivation, false)
  GROUP BY e.account_id
), found AS (
  SELECT a.account_id,
         CASE WHEN c.announced_on < r.announced_on OR r.announced_on IS NULL THEN c.announced_on ELSE r.announced_on END
         AS announced_on,
         CASE WHEN r.account_id IS NOT NULL AND coalesce(c.subscriptions, 0) < a.subscriptions THEN r.ends_on
              ELSE coalesce(c.ends_on, r.ends_on) END AS ends_on,
         CASE WHEN r.account_id IS NOT NULL THEN a.arr_minor ELSE c.ending_arr_minor END AS ending_arr_minor,
         a.arr_minor,
         (r.account_id IS NOT NULL OR coalesce(c.subscriptions, 0) = a.subscriptions) AS is_whole
  FROM account_status AS a
  LEFT JOIN cancelled AS c ON c.account_id = a.account_id
  LEFT JOIN recorded AS r ON r.account_id = a.account_id
  WHERE a.status = 'managed' AND (c.account_id IS NOT NULL OR r.account_id IS NOT NULL)
)
SELECT account_id, announced_on, ends_on, ending_arr_minor, arr_minor, is_whole,
       CASE WHEN is_whole AND ends_on IS NOT NULL THEN 'leaves on ' || CAST(ends_on AS VARCHAR)
            WHEN is_whole THEN 'leaves'
            WHEN ends_on IS NOT NULL THEN 'part of what it pays for ends on ' || CAST(ends_on AS VARCHAR)
            ELSE 'part of what it pays for ends' END
       || ', announced on ' || CAST(announced_on AS VARCHAR) AS says
FROM found
