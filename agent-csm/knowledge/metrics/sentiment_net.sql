-- metric: sentiment_net
-- title: Net sentiment of what customers wrote
-- says: Positive minus negative share of the texts of 90 days that have a label, at managed accounts; requests not
--   counted. A text without any feeling has no label and does not count as neutral.
-- population: managed
-- value: 100.0 * (sum(positive) - sum(negative)) / nullif(count(*), 0)
-- unit: score
-- window: 90 days
-- min_n: 30
-- plausible: >= -100, <= 100
-- needs: text_scores
-- unknown: no text of 90 days carries any feeling
SELECT s.account_id, s.text_id, s.said_on, s.label, s.span, s.source_table, s.source_id, s.source_file, s.source_line,
       CASE WHEN s.label = 'positive' THEN 1 ELSE 0 END AS positive,
       CASE WHEN s.label = 'negative' THEN 1 ELSE 0 END AS negative
FROM text_scores AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE s.themed AND s.label <> 'unknown' AND s.said_on > p.as_of - 90 AND s.said_on <= p.as_of
