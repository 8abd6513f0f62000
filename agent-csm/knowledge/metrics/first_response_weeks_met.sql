-- metric: first_response_weeks_met
-- title: Weeks of 12 with a median first response under two hours
-- says: Of the last twelve weeks, those whose median first response at managed accounts was under 120 minutes. Only over all accounts; weeks without replies have no row.
-- population: managed
-- account: none
-- value: CASE WHEN count(*) > 0 THEN sum(met) END
-- unit: count
-- window: 84 days
-- needs: accounts, subscriptions, tickets
-- unknown: it is kept over all accounts only, and no ticket of the last 84 days has a known first reply there
SELECT CAST(NULL AS VARCHAR) AS account_id, weeks_ago, count(*) AS replies,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS median_minutes,
       CASE WHEN percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) < 120 THEN 1 ELSE 0 END AS met
FROM (
SELECT r.account_id, r.ticket_id, r.priority, r.opened_at, r.minutes,
       CAST(1 + (p.as_of - CAST(r.opened_at AS DATE) - (p.as_of - CAST(r.opened_at AS DATE)) % 7) / 7 AS BIGINT) AS weeks_ago
FROM ticket_replies AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE CAST(r.opened_at AS DATE) > p.as_of - 84 AND CAST(r.opened_at AS DATE) <= p.as_of
) AS replies
GROUP BY weeks_ago
