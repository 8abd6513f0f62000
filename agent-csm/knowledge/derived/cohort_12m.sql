-- derived: cohort_12m
-- title: Customers of twelve months ago
-- says: Accounts with a paid subscription in force at t0, frozen there: their MRR then and on the as-of date.
--   One that left and came back within the twelve months counts with what it pays now.
--   One whose term lapsed within `grace_days` and is undecided pays nothing now and has not churned.
-- needs: paid_subscriptions, session_params, account_status
SELECT c.account_id, c.opening_minor,
       CASE WHEN a.status = 'managed' THEN a.mrr_minor ELSE 0 END AS closing_minor,
       CASE WHEN a.status IN ('managed', 'lapsed') THEN 0 ELSE 1 END AS churned,
       CASE WHEN a.status = 'lapsed' THEN 1 ELSE 0 END AS undecided
FROM (
  SELECT b.account_id, CAST(sum(b.mrr_minor) AS BIGINT) AS opening_minor
  FROM paid_subscriptions AS b
  CROSS JOIN session_params AS p
  WHERE b.start_date <= p.t0 AND (b.end_date IS NULL OR b.end_date > p.t0)
  GROUP BY b.account_id
) AS c
JOIN account_status AS a ON a.account_id = c.account_id
