-- signal: onboarding_late
-- title: Milestones overdue
-- says: Milestones past their date and not reached.
-- kind: risk
-- dimension: adoption
-- value: count(milestone_id)
-- n: count(milestone_id)
-- unit: count
-- let: days = max(days_late)
-- fires: value >= 1
-- severity: 2
-- text: {value} milestones overdue, the oldest by {days} days
-- needs: accounts, subscriptions, milestones
SELECT s.account_id, m.milestone_id, m.name, m.due_on, s.as_of - m.due_on AS days_late
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT m.* FROM milestones AS m CROSS JOIN session_params AS p
  WHERE m.due_on < p.as_of AND m.done_on IS NULL
) AS m ON m.account_id = s.account_id
