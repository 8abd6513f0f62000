-- derived: segment_bounds
-- title: Borders of the value segments
-- says: The tiers of csm.toml where there are some. Else A, B and C by ARR: A the largest accounts until 80 % of ARR is
--   reached, B until 95 %, C the rest; a segment begins at the ARR of its smallest account, C at zero.
-- needs: tiers, account_status
WITH paying AS (
  SELECT account_id, arr_minor,
         sum(arr_minor) OVER (ORDER BY arr_minor DESC, account_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
           - arr_minor AS before_minor,
         sum(arr_minor) OVER () AS all_minor
  FROM account_status
  WHERE status = 'managed' AND arr_minor > 0
), abc AS (
  SELECT CASE WHEN 100 * before_minor < 80 * all_minor THEN 'A' ELSE 'B' END AS segment, min(arr_minor) AS min_arr_minor
  FROM paying
  WHERE 100 * before_minor < 95 * all_minor
  GROUP BY CASE WHEN 100 * before_minor < 80 * all_minor THEN 'A' ELSE 'B' END
  UNION ALL
  SELECT 'C' AS segment, 0 AS min_arr_minor FROM (SELECT count(*) AS accounts FROM paying) AS c WHERE c.accounts > 0
), chosen AS (
  SELECT name AS segment, min_arr_minor, 'ARR of the tier in csm.toml' AS how FROM tiers
  UNION ALL
  SELECT a.segment, a.min_arr_minor,
         CASE a.segment WHEN 'A' THEN 'the largest accounts until 80% of ARR is reached'
                        WHEN 'B' THEN 'the next, until 95% of ARR is reached'
                        ELSE 'the rest' END AS how
  FROM abc AS a
  JOIN (SELECT count(*) AS tiers FROM tiers) AS t ON t.tiers = 0
)
SELECT segment, CAST(row_number() OVER (ORDER BY min_arr_minor, segment DESC) AS BIGINT) AS place,
       CAST(min_arr_minor AS BIGINT) AS min_arr_minor, how
FROM chosen
