-- signal: opt_out_near
-- title: Deadline near
-- says: Days to the deadline: the opt-out date (renewal date minus notice) where the contract renews by itself, else the
--   end of the term. Fires within `opt_out_days` (60).
-- kind: context
-- dimension: contract
-- value: min(days_to_deadline)
-- unit: days
-- let: by_when = CASE WHEN bool_or(opt_out_on = deadline_on) THEN 'to opt out, by ' || CAST(min(deadline_on) AS VARCHAR) || ', it renews on ' || CAST(min(renewal_date) AS VARCHAR) ELSE 'to the end of the term on ' || CAST(min(deadline_on) AS VARCHAR) || ', which does not renew by itself' END; days = CASE WHEN min(days_to_deadline) = 1 THEN '1 day' ELSE CAST(min(days_to_deadline) AS VARCHAR) || ' days' END
-- fires: value BETWEEN 0 AND (SELECT max(l.opt_out_days) FROM limits AS l)
-- severity: 1
-- text: {days} {by_when}
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT s.account_id, r.renewal_date, r.deadline_on, r.days_to_deadline, r.opt_out_on, r.auto_renew
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN renewals AS r ON r.account_id = s.account_id AND r.deadline_on IS NOT NULL
