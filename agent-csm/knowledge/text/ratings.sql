-- What the company's own customers said a text was worth: the labels a scorer of its own can learn from.
-- One row per labelled text: text_id as in text_scores, and is_positive. Middling answers label nothing:
-- Our own test accounts label nothing either.
-- NPS 9 and 10 against 0 to 6; CSAT's top box against its lower half. CES has no agreed direction.
WITH rated AS (
  SELECT response_id, ticket_id, comment, responded_at,
         CASE WHEN kind = 'nps' AND scale_max = 10 AND score >= 9 THEN true
              WHEN kind = 'nps' AND scale_max = 10 AND score <= 6 THEN false
              WHEN kind = 'csat' AND 4 * (score - scale_min) >= 3 * (scale_max - scale_min) THEN true
              WHEN kind = 'csat' AND 2 * (score - scale_min) < (scale_max - scale_min) THEN false END AS is_positive,
         kind
  FROM survey_responses
  WHERE account_id IS NULL OR account_id NOT IN (SELECT account_id FROM accounts WHERE is_internal)
), tickets_rated AS (
  SELECT ticket_id, is_positive,
         row_number() OVER (PARTITION BY ticket_id ORDER BY responded_at DESC, response_id DESC) AS place
  FROM rated
  WHERE kind = 'csat' AND ticket_id IS NOT NULL
)
SELECT 'survey_responses.comment:' || response_id AS text_id, is_positive
FROM rated
WHERE comment IS NOT NULL AND is_positive IS NOT NULL
UNION ALL
SELECT 'tickets.subject:' || ticket_id AS text_id, is_positive
FROM tickets_rated
WHERE place = 1 AND is_positive IS NOT NULL
