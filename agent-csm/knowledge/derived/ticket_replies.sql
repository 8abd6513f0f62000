-- derived: ticket_replies
-- title: First human replies to tickets
-- says: Minutes from opening to the first human reply: as the source states them, else counted.
-- needs: tickets
SELECT ticket_id, account_id, contact_id, subject, priority, opened_at, first_reply_at, minutes
FROM (
  SELECT ticket_id, account_id, contact_id, subject, priority, opened_at, first_reply_at,
         coalesce(CAST(first_reply_minutes AS DOUBLE),
                  (date_part('epoch', first_reply_at) - date_part('epoch', opened_at)) / 60.0) AS minutes
  FROM tickets
) AS timed
WHERE minutes IS NOT NULL AND minutes >= 0
