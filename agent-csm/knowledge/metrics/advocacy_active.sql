-- metric: advocacy_active
-- title: Advocacy activities completed, 90 days
-- says: References, case studies, reviews and talks that were completed in 90 days.
-- value: count(*)
-- unit: count
-- window: 90 days
-- needs: advocacy_activities
SELECT v.account_id, v.contact_id, v.activity_id, v.kind, v.completed_on
FROM advocacy_activities AS v
CROSS JOIN session_params AS p
WHERE v.completed_on > p.as_of - 90 AND v.completed_on <= p.as_of
