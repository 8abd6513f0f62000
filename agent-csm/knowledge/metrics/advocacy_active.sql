-- metric: advocacy_active
-- title: Advocacy activities completed, 90 days
-- says: References, case studies, reviews and talks that customers completed in 90 days.
-- population: customers
-- value: count(*)
-- unit: count
-- window: 90 days
-- needs: accounts, subscriptions, advocacy_activities
SELECT v.account_id, v.contact_id, v.activity_id, v.kind, v.completed_on
FROM advocacy_activities AS v
JOIN account_status AS a ON a.account_id = v.account_id AND a.first_paid_on IS NOT NULL AND a.status <> 'internal'
CROSS JOIN session_params AS p
WHERE v.completed_on > p.as_of - 90 AND v.completed_on <= p.as_of
