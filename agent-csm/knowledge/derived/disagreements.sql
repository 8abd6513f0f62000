-- derived: disagreements
-- title: Where the score, the CSM and the money say different things
-- says: One row per managed account where one of the three says good and another bad; they are shown side by side and
--   never averaged. Score: green is good, red is bad. CSM: the rating in the CRM. Commercial: bad where a cancellation is
--   announced, MRR was cut, an invoice is overdue or payments fail; good where none of these holds and the account bought
--   more in 180 days; neutral otherwise.
-- needs: account_status, account_dims, accounts, health_scores, signal_readings, mrr_movements
WITH rated AS (
  SELECT account_id, min(lower(csm_rating)) AS csm_rating FROM accounts GROUP BY account_id
), money AS (
  SELECT account_id, max(CASE WHEN fired THEN 1 ELSE 0 END) AS is_bad,
         max(CASE WHEN fired AND signal = 'cancellation_announced' THEN text END) AS cancelled,
         max(CASE WHEN fired AND signal = 'contraction_recent' THEN text END) AS contracted,
         max(CASE WHEN fired AND signal = 'invoice_overdue' THEN text END) AS overdue,
         max(CASE WHEN fired AND signal = 'payment_failed' THEN text END) AS failed
  FROM signal_readings
  WHERE signal IN ('cancellation_announced', 'contraction_recent', 'invoice_overdue', 'payment_failed')
  GROUP BY account_id
), grown AS (
  SELECT m.account_id, max(m.movement_date) AS grown_on
  FROM mrr_movements AS m
  JOIN account_status AS a ON a.account_id = m.account_id
  WHERE m.kind = 'expansion' AND m.movement_date > a.as_of - 180
  GROUP BY m.account_id
), worst AS (
  SELECT account_id, text,
         row_number() OVER (PARTITION BY account_id ORDER BY severity DESC, signal) AS place
  FROM signal_readings
  WHERE fired AND kind IN ('risk', 'adoption')
    AND signal NOT IN ('cancellation_announced', 'contraction_recent', 'invoice_overdue', 'payment_failed')
), said AS (
  SELECT a.account_id, d.name, h.score, h.band, r.csm_rating,
         CASE WHEN m.is_bad = 1 THEN 'bad' WHEN g.grown_on IS NOT NULL THEN 'good'
              WHEN m.is_bad = 0 THEN 'neutral' END AS commercial,
         concat_ws('; ', m.cancelled, m.contracted, m.overdue, m.failed) AS commercial_because,
         g.grown_on, w.text AS worst_text, h.floored_by, a.arr_minor
  FROM account_status AS a
  JOIN account_dims AS d ON d.account_id = a.account_id
  LEFT JOIN health_scores AS h ON h.account_id = a.account_id
  LEFT JOIN rated AS r ON r.account_id = a.account_id
  LEFT JOIN money AS m ON m.account_id = a.account_id
  LEFT JOIN grown AS g ON g.account_id = a.account_id
  LEFT JOIN worst AS w ON w.account_id = a.account_id AND w.place = 1
  WHERE a.status = 'managed'
), judged AS (
  SELECT said.*,
         concat_ws(', ', CASE WHEN band = 'green' THEN 'score' END, CASE WHEN csm_rating = 'green' THEN 'CSM' END,
                   CASE WHEN commercial = 'good' THEN 'commercial signals' END) AS good,
         concat_ws(', ', CASE WHEN band = 'red' THEN 'score' END, CASE WHEN csm_rating = 'red' THEN 'CSM' END,
                   CASE WHEN commercial = 'bad' THEN 'commercial signals' END) AS bad
  FROM said
)
SELECT account_id, name, CAST(score AS BIGINT) AS score, band, csm_rating, commercial,
       'good: ' || good || '; bad: ' || bad AS differ,
       concat_ws('; ',
         CASE WHEN band IS NOT NULL THEN 'score ' || CAST(score AS VARCHAR) || ' (' || band || ')'
              || coalesce(', held down by ' || floored_by, '') ELSE 'no score: too little is measured' END,
         CASE WHEN csm_rating IS NOT NULL THEN 'the CSM says ' || csm_rating ELSE 'the CSM has not rated it' END,
         CASE commercial WHEN 'bad' THEN commercial_because WHEN 'good' THEN 'bought more on ' || CAST(grown_on AS VARCHAR)
              WHEN 'neutral' THEN 'contract and payments in order' ELSE 'contract and payments not known' END,
         'worst reason: ' || worst_text) AS because,
       arr_minor
FROM judged
WHERE good <> '' AND bad <> ''
