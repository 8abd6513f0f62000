-- derived: mrr_changes
-- title: Net change of MRR per account and day
-- says: What ends on the day another begins nets, by the days that count (paid_subscriptions); what begins after the
--   as-of date is not in force yet. What ended undecided is a row of its own.
-- needs: paid_subscriptions, session_params
SELECT account_id, change_date, undecided, CAST(sum(delta_minor) AS BIGINT) AS delta_minor
FROM (
  SELECT account_id, start_date AS change_date, false AS undecided, mrr_minor AS delta_minor FROM paid_subscriptions
  UNION ALL
  SELECT account_id, end_date AS change_date, undecided, -mrr_minor AS delta_minor FROM paid_subscriptions
  WHERE end_date IS NOT NULL
) AS ends
CROSS JOIN session_params AS p
WHERE change_date <= p.as_of AND delta_minor IS NOT NULL
GROUP BY account_id, change_date, undecided
HAVING sum(delta_minor) <> 0
