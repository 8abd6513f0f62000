-- metric: customer_advocates
-- title: Customer advocates, 12 months
-- says: Contacts, or accounts where no contact is named, with a completed advocacy activity in the trailing twelve months.
-- population: customers
-- value: count(*)
-- unit: count
-- window: 12 months
-- needs: accounts, subscriptions, advocacy_activities
SELECT account_id, contact_id, first_completed_on, last_completed_on
FROM (
  SELECT v.account_id, v.contact_id, min(v.completed_on) AS first_completed_on, max(v.completed_on) AS last_completed_on
  FROM advocacy_activities AS v
  JOIN account_status AS a ON a.account_id = v.account_id AND a.first_paid_on IS NOT NULL AND a.status <> 'internal'
  WHERE v.completed_on IS NOT NULL
  GROUP BY v.account_id, v.contact_id
) AS advocates
CROSS JOIN session_params AS p
WHERE last_completed_on > p.t0 AND last_completed_on <= p.as_of
