-- derived: theme_accounts
-- title: Themes by managed account
-- says: Texts that speak of the theme in the last 90 days (mentions), in the 90 before (mentions_before), and those of
--   the last 90 that complain (negative).
-- needs: theme_mentions
SELECT theme, title, account_id, arr_minor,
       CAST(sum(recent) AS BIGINT) AS mentions,
       CAST(sum(1 - recent) AS BIGINT) AS mentions_before,
       CAST(sum(CASE WHEN recent = 1 AND label = 'negative' THEN 1 ELSE 0 END) AS BIGINT) AS negative
FROM theme_mentions
GROUP BY theme, title, account_id, arr_minor
