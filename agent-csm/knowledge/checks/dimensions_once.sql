-- check: dimensions_once
-- title: Every account has one owner, one segment and one tier
-- says: One row per account in account_dims: figures are joined to it, so a second row would count an account twice.
-- guards: all
-- needs: account_dims
SELECT account_id, count(*) AS times
FROM account_dims
GROUP BY account_id
HAVING count(*) <> 1
