-- metric: objectives_proven
-- title: Objectives proven, 12 months
-- says: Objectives whose outcome the customer confirmed in the trailing twelve months.
-- population: customers
-- value: count(*)
-- unit: count
-- window: 12 months
-- needs: accounts, subscriptions, objectives
SELECT o.account_id, o.objective_id, o.title, o.baseline, o.target, o.current, o.proven_on
FROM objectives AS o
JOIN account_status AS a ON a.account_id = o.account_id AND a.first_paid_on IS NOT NULL AND a.status <> 'internal'
CROSS JOIN session_params AS p
WHERE o.proven_on > p.t0 AND o.proven_on <= p.as_of
