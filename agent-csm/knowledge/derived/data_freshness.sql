-- derived: data_freshness
-- title: How old the newest row of each source of a health part is
-- says: Over all accounts: an account may be quiet, a source that says nothing of anybody has stopped.
-- needs: usage_days, tickets, survey_responses, interactions, invoices, session_params
SELECT f.source, f.newest_on, CAST(p.as_of - f.newest_on AS BIGINT) AS days_old
FROM (
  SELECT 'usage_events' AS source, max(event_date) AS newest_on FROM usage_days WHERE uses > 0
  UNION ALL SELECT 'tickets', max(CAST(opened_at AS DATE)) FROM tickets
  UNION ALL SELECT 'survey_responses', max(CAST(responded_at AS DATE)) FROM survey_responses
  UNION ALL SELECT 'interactions', max(CAST(occurred_at AS DATE)) FROM interactions
  UNION ALL SELECT 'invoices', max(issued_on) FROM invoices
) AS f
CROSS JOIN session_params AS p
WHERE f.newest_on IS NOT NULL
