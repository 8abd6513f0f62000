-- signal: sentiment_falling
-- title: Tone of what they write
-- says: Positive minus negative share of the account's texts (tickets, survey comments, summaries of calls) of 90 days
--   that carry any feeling, against its own year before. Fires with at least 3 texts where negative ones clearly lead
--   and it was better before, or nothing earlier is there to compare and nearly all are negative.
--   Severity 1: the people behind it are often those of the surveys and tickets already counted.
-- kind: risk
-- dimension: sentiment
-- value: 100.0 * (sum(recent * positive) - sum(recent * negative)) / nullif(sum(recent), 0)
-- n: CAST(sum(recent) AS BIGINT)
-- unit: score
-- window: 90 days
-- let: bad = CAST(sum(recent * negative) AS BIGINT); good = CAST(sum(recent * positive) AS BIGINT);
--   texts_before = CAST(sum(1 - recent) AS BIGINT);
--   before = 100.0 * (sum((1 - recent) * positive) - sum((1 - recent) * negative)) / nullif(sum(1 - recent), 0);
--   quote = coalesce(max(CASE WHEN recent = 1 AND place = 1 AND negative = 1
--   THEN CAST(said_on AS VARCHAR) || ' "' || span || '"' END), 'no complaint')
-- fires: n >= 3 AND ((texts_before >= 3 AND value <= -33 AND value <= before - 25) OR (texts_before < 3 AND value <= -60))
-- severity: 1
-- text: Texts in 90 days: {bad} negative, {good} positive of {n}; net {value}, before {before}; {quote}
-- needs: accounts, subscriptions, text_scores
SELECT s.account_id, t.text_id, t.said_on, t.label, t.score, t.span, t.source_table, t.source_id,
       t.source_file, t.source_line,
       CASE WHEN t.said_on > s.as_of - 90 THEN 1 ELSE 0 END AS recent,
       CASE WHEN t.label = 'positive' THEN 1 ELSE 0 END AS positive,
       CASE WHEN t.label = 'negative' THEN 1 ELSE 0 END AS negative,
       row_number() OVER (PARTITION BY s.account_id, CASE WHEN t.said_on > s.as_of - 90 THEN 1 ELSE 0 END
                          ORDER BY t.score, t.said_on DESC, t.text_id) AS place
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN text_scores AS t ON t.account_id = s.account_id
WHERE t.themed AND t.label <> 'unknown' AND t.said_on > s.as_of - 455 AND t.said_on <= s.as_of
