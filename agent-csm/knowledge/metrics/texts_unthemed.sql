-- metric: texts_unthemed
-- title: Texts that no theme fits
-- says: Share of the tickets, survey comments and summaries of calls of 90 days, at managed accounts, in which no theme
--   of text/taxonomy.toml is named: high means that the taxonomy lacks the product's words.
-- population: managed
-- value: 100.0 * sum(CASE WHEN theme = 'unthemed' THEN 1 ELSE 0 END) / nullif(count(DISTINCT text_id), 0)
-- n: count(DISTINCT text_id)
-- unit: percent
-- window: 90 days
-- plausible: >= 0, <= 100
-- needs: text_scores
-- unknown: nothing was written in 90 days: import tickets, survey comments or summaries of calls
SELECT account_id, text_id, said_on, theme, verbatim, source_file, source_line
FROM theme_mentions
WHERE recent = 1
