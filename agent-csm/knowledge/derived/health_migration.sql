-- derived: health_migration
-- title: Health bands in the last session and now
-- says: Managed accounts and their ARR by band then and now. unscored = too little measured; new = no customer then;
--   left = no customer now, with the ARR it had. Without an earlier session there is nothing to compare with, and no row.
-- needs: account_status, health_scores, past_scores
WITH known AS (
  SELECT count(*) AS accounts FROM past_scores
), now AS (
  SELECT a.account_id, coalesce(h.band, 'unscored') AS band, a.arr_minor
  FROM account_status AS a
  LEFT JOIN health_scores AS h ON h.account_id = a.account_id
  WHERE a.status = 'managed'
), pairs AS (
  SELECT CASE WHEN q.account_id IS NULL THEN 'new' ELSE coalesce(q.band, 'unscored') END AS from_band,
         CASE WHEN n.account_id IS NULL THEN 'left' ELSE n.band END AS to_band,
         CASE WHEN n.account_id IS NULL THEN q.arr_minor ELSE n.arr_minor END AS arr_minor
  FROM now AS n
  FULL JOIN past_scores AS q ON q.account_id = n.account_id
)
SELECT p.from_band, p.to_band, count(*) AS accounts,
       CASE WHEN count(p.arr_minor) = count(*) THEN CAST(sum(p.arr_minor) AS BIGINT) END AS arr_minor
FROM pairs AS p
JOIN known AS k ON k.accounts > 0
GROUP BY p.from_band, p.to_band
