-- derived: blocker_themes
-- title: Adoption blockers by theme
-- says: Accounts and their ARR, each account once per theme; the theme with the most ARR first.
-- needs: blockers
WITH held AS (
  SELECT DISTINCT theme, account_id, arr_minor FROM blockers
), summed AS (
  SELECT theme, count(*) AS accounts,
         CASE WHEN count(arr_minor) = count(*) THEN CAST(sum(arr_minor) AS BIGINT) END AS arr_minor,
         CAST(sum(coalesce(arr_minor, 0)) AS BIGINT) AS known_minor
  FROM held
  GROUP BY theme
)
SELECT theme, CAST(row_number() OVER (ORDER BY known_minor DESC, theme) AS BIGINT) AS place, accounts, arr_minor
FROM summed
