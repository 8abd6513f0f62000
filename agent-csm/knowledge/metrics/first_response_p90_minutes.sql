-- metric: first_response_p90_minutes
-- title: First response, 90th percentile over 12 weeks
-- says: Nine of ten tickets of managed accounts opened in the last 84 days got their first human reply within that many minutes. To the whole minute.
-- population: managed
-- value: round(percentile_cont(0.9) WITHIN GROUP (ORDER BY minutes))
-- unit: minutes
-- window: 84 days
-- needs: accounts, subscriptions, tickets
-- unknown: no ticket opened in 84 days has a known first reply
SELECT r.account_id, r.ticket_id, r.priority, r.opened_at, r.minutes,
       CAST(1 + (p.as_of - CAST(r.opened_at AS DATE) - (p.as_of - CAST(r.opened_at AS DATE)) % 7) / 7 AS BIGINT) AS weeks_ago
FROM ticket_replies AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE CAST(r.opened_at AS DATE) > p.as_of - 84 AND CAST(r.opened_at AS DATE) <= p.as_of
