-- derived: mrr_changes
-- title: Net change of MRR per account and day
-- says: A subscription that ends on the day another begins nets; what begins after the as-of date is not in force yet.
-- needs: paid_subscriptions, session_params
SELECT account_id, change_date, CAST(sum(delta_minor) AS BIGINT) AS delta_minor
FROM (
  SELECT account_id, start_date AS change_date, mrr_minor AS delta_minor FROM paid_subscriptions
  UNION ALL
  SELECT account_id, end_date AS change_date, -mrr_minor AS delta_minor FROM paid_subscriptions
  WHERE end_date IS NOT NULL
) AS ends
CROSS JOIN session_params AS p
WHERE change_date <= p.as_of AND delta_minor IS NOT NULL
GROUP BY account_id, change_date
HAVING sum(delta_minor) <> 0
