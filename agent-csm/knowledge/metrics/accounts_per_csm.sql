-- metric: accounts_per_csm
-- title: Managed accounts per CSM
-- says: Managed accounts that have an owner, per owner. A result of capacity, never a target.
-- population: managed
-- value: CAST(count(*) AS DOUBLE) / nullif(count(DISTINCT owner), 0)
-- unit: ratio
-- needs: accounts, subscriptions
-- needs_column: accounts.owner
-- unknown: no managed account has an owner: map `accounts.owner`
SELECT d.account_id, d.owner, a.arr_minor
FROM account_dims AS d
JOIN account_status AS a ON a.account_id = d.account_id
WHERE a.status = 'managed' AND d.owner <> 'unassigned'
