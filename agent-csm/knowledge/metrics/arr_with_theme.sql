-- metric: arr_with_theme
-- title: ARR of accounts that wrote about a theme
-- says: Managed accounts with a text of the last 90 days that speaks of a theme of text/taxonomy.toml. The rows are one
--   per account and theme; an account's ARR stands on its first theme, so that it counts once.
-- population: managed
-- value: coalesce(sum(counted_arr_minor), 0)
-- n: count(DISTINCT account_id)
-- unit: money
-- window: 90 days
-- needs: accounts, subscriptions, text_scores
-- money: subscriptions
SELECT account_id, theme, title, mentions, mentions_before, negative, arr_minor,
       CASE WHEN row_number() OVER (PARTITION BY account_id ORDER BY theme) = 1 THEN arr_minor ELSE 0 END
         AS counted_arr_minor
FROM theme_accounts
WHERE mentions > 0 AND theme <> 'unthemed'
