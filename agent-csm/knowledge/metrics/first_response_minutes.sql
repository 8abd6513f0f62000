-- metric: first_response_minutes
-- title: First response, median over 12 weeks
-- says: Median minutes from opening a ticket to its first human reply, tickets of managed accounts opened in the last 84
--   days; those of others are counted beside: tickets_uncounted. The target must hold in each of the twelve weeks that had replies, not only over all. Week 1 is the latest.
-- population: managed
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes)
-- unit: minutes
-- window: 84 days
-- target: < 120
-- each: weeks_ago
-- needs: accounts, subscriptions, tickets
-- unknown: no ticket opened in 84 days has a known first reply
SELECT r.account_id, r.ticket_id, r.priority, r.opened_at, r.minutes,
       CAST(1 + (p.as_of - CAST(r.opened_at AS DATE) - (p.as_of - CAST(r.opened_at AS DATE)) % 7) / 7 AS BIGINT) AS weeks_ago
FROM ticket_replies AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE CAST(r.opened_at AS DATE) > p.as_of - 84 AND CAST(r.opened_at AS DATE) <= p.as_of
