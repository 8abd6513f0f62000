-- metric: objectives_proven
-- title: Objectives proven, 12 months
-- says: Objectives whose outcome the customer confirmed in the trailing twelve months.
-- value: count(*)
-- unit: count
-- window: 12 months
-- needs: objectives
SELECT o.account_id, o.objective_id, o.title, o.baseline, o.target, o.current, o.proven_on
FROM objectives AS o
CROSS JOIN session_params AS p
WHERE o.proven_on > p.t0 AND o.proven_on <= p.as_of
