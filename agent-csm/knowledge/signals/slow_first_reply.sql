-- signal: slow_first_reply
-- title: Slow first replies
-- says: Median minutes to the first human reply to the account's tickets in 90 days; fires above `first_reply_minutes` (240) with three replies.
-- kind: risk
-- dimension: support
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes)
-- unit: minutes
-- window: 90 days
-- fires: value > (SELECT max(l.first_reply_minutes) FROM limits AS l) AND n >= 3
-- severity: 1
-- text: Median first reply took {value} minutes over {n} tickets in 90 days
-- needs: accounts, subscriptions, tickets
SELECT s.account_id, r.ticket_id, r.opened_at, r.minutes
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN ticket_replies AS r ON r.account_id = s.account_id
WHERE CAST(r.opened_at AS DATE) > s.as_of - 90 AND CAST(r.opened_at AS DATE) <= s.as_of
