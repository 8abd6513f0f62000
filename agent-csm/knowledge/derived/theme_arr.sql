-- derived: theme_arr
-- title: Themes with the ARR of those who speak of them
-- says: Managed accounts that named the theme in 90 days, and their ARR; an account that names three themes stands under
--   each. ARR is unknown where one account's is.
-- needs: theme_accounts
SELECT theme, title,
       CAST(sum(CASE WHEN mentions > 0 THEN 1 ELSE 0 END) AS BIGINT) AS accounts,
       CASE WHEN sum(CASE WHEN mentions > 0 AND arr_minor IS NULL THEN 1 ELSE 0 END) = 0
            THEN CAST(coalesce(sum(CASE WHEN mentions > 0 THEN arr_minor END), 0) AS BIGINT) END AS arr_minor,
       CAST(sum(mentions) AS BIGINT) AS mentions,
       CAST(sum(mentions_before) AS BIGINT) AS mentions_before,
       CAST(sum(negative) AS BIGINT) AS negative
FROM theme_accounts
GROUP BY theme, title
