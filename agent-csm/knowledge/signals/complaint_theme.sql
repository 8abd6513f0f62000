-- signal: complaint_theme
-- title: The same complaint again
-- says: The theme of text/taxonomy.toml that the account complains of most in 90 days. Fires where it does so at least
--   twice, and more often than in the 90 days before.
-- kind: risk
-- dimension: support
-- value: max(times)
-- n: count(DISTINCT text_id)
-- unit: count
-- window: 90 days
-- let: theme = max(CASE WHEN place = 1 THEN title END); before = max(CASE WHEN place = 1 THEN times_before END);
--   quote = max(CASE WHEN place = 1 THEN CAST(said_on AS VARCHAR) || ' "' || verbatim || '"' END)
-- fires: value >= 2 AND value > before
-- severity: 1
-- text: Complaints in 90 days: {value}, {before} before; of {theme}: {quote}
-- needs: accounts, subscriptions, text_scores
SELECT account_id, text_id, said_on, theme, title, verbatim, source_table, source_id, source_file, source_line,
       times, times_before,
       row_number() OVER (PARTITION BY account_id ORDER BY times DESC, theme, said_on DESC, text_id) AS place
FROM (
  SELECT m.*,
         count(*) OVER (PARTITION BY m.account_id, m.theme) AS times,
         coalesce(b.times_before, 0) AS times_before
  FROM theme_mentions AS m
  LEFT JOIN (
    SELECT account_id, theme, count(*) AS times_before
    FROM theme_mentions
    WHERE recent = 0 AND label = 'negative'
    GROUP BY account_id, theme
  ) AS b ON b.account_id = m.account_id AND b.theme = m.theme
  WHERE m.recent = 1 AND m.label = 'negative' AND m.theme <> 'unthemed'
) AS complaints
