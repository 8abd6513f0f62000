-- metric: customer_advocates
-- title: Customer advocates, 12 months
-- says: Contacts, or accounts where no contact is named, with a completed advocacy activity in the trailing twelve months.
-- value: count(*)
-- unit: count
-- window: 12 months
-- needs: advocacy_activities
SELECT account_id, contact_id, first_completed_on, last_completed_on
FROM (
  SELECT account_id, contact_id, min(completed_on) AS first_completed_on, max(completed_on) AS last_completed_on
  FROM advocacy_activities
  WHERE completed_on IS NOT NULL
  GROUP BY account_id, contact_id
) AS advocates
CROSS JOIN session_params AS p
WHERE last_completed_on > p.t0 AND last_completed_on <= p.as_of
