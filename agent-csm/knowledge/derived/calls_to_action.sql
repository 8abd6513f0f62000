-- derived: calls_to_action
-- title: What calls for action on the as-of date
-- says: Typed alerts about managed accounts, one per account, type and reason: a fired growth signal is an opportunity,
--   a fired contract signal that is no risk is lifecycle, a fired engagement signal is activity, any other fired risk or
--   adoption signal is a risk; an objective that is not proven and due within 30 days, or overdue, is an objective.
--   Due is the opt-out date or the objective's, where there is one; priority is the signal's severity, 3 is highest.
-- needs: account_status, account_dims, signal_readings, objectives
SELECT r.account_id,
       CASE WHEN r.kind = 'growth' THEN 'opportunity'
            WHEN r.kind = 'context' THEN 'lifecycle'
            WHEN r.dimension = 'engagement' THEN 'activity'
            ELSE 'risk' END AS type,
       r.signal AS reason, r.text, d.owner,
       CASE WHEN r.dimension = 'contract' AND a.opt_out_on >= a.as_of THEN a.opt_out_on END AS due_on,
       CAST(r.severity AS BIGINT) AS priority
FROM signal_readings AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
JOIN account_dims AS d ON d.account_id = r.account_id
WHERE r.fired AND (r.kind IN ('risk', 'adoption', 'growth') OR r.dimension = 'contract')
UNION ALL
SELECT o.account_id, 'objective' AS type, o.objective_id AS reason, o.title AS text, d.owner, o.due_on,
       CAST(CASE WHEN o.due_on < a.as_of THEN 2 ELSE 1 END AS BIGINT) AS priority
FROM objectives AS o
JOIN account_status AS a ON a.account_id = o.account_id AND a.status = 'managed'
JOIN account_dims AS d ON d.account_id = o.account_id
WHERE (o.proven_on IS NULL OR o.proven_on > a.as_of) AND o.due_on <= a.as_of + 30
