-- derived: account_dims
-- title: By what figures are split
-- says: One row per account. The tier is the highest whose least ARR the account reaches; accounts that are not
--   managed, and those whose ARR is unknown, have none.
-- needs: snapshot, accounts, account_status, tiers
WITH ranked AS (
  SELECT a.account_id, t.name AS tier,
         row_number() OVER (PARTITION BY a.account_id ORDER BY t.min_arr_minor DESC, t.name) AS place
  FROM account_status AS a
  JOIN tiers AS t ON a.arr_minor >= t.min_arr_minor
  WHERE a.status = 'managed'
), named AS (
  SELECT account_id, min(name) AS name, min(owner) AS owner, min(segment) AS segment
  FROM accounts
  GROUP BY account_id
)
SELECT s.account_id, coalesce(a.name, s.account_id) AS name, coalesce(a.owner, 'unassigned') AS owner,
       coalesce(a.segment, 'unsegmented') AS segment, coalesce(r.tier, 'none') AS tier
FROM snapshot AS s
LEFT JOIN named AS a ON a.account_id = s.account_id
LEFT JOIN ranked AS r ON r.account_id = s.account_id AND r.place = 1
