-- derived: theme_mentions
-- title: What managed customers spoke of in 180 days
-- says: One row per text and theme of text/taxonomy.toml; a text that no theme fits has the theme `unthemed`.
--   recent = 1 in the last 90 days, 0 in the 90 before.
-- needs: text_scores, text_themes, account_status, session_params
SELECT s.text_id, s.account_id, s.said_on, coalesce(t.theme, 'unthemed') AS theme,
       coalesce(t.title, 'No theme fits') AS title, coalesce(t.verbatim, s.text) AS verbatim, s.label,
       s.source_table, s.source_id, s.source_file, s.source_line, a.arr_minor,
       CASE WHEN s.said_on > p.as_of - 90 THEN 1 ELSE 0 END AS recent
FROM text_scores AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
LEFT JOIN text_themes AS t ON t.text_id = s.text_id
WHERE s.themed AND s.said_on > p.as_of - 180 AND s.said_on <= p.as_of
