-- signal: onboarding_late
-- title: Milestones overdue
-- says: Milestones that fell due in the last 180 days and are not reached; older ones are a plan nobody keeps any more.
-- kind: risk
-- dimension: adoption
-- value: count(milestone_id)
-- n: count(milestone_id)
-- unit: count
-- window: 180 days
-- let: days = max(days_late)
-- fires: value >= 1
-- severity: 2
-- text: Milestones overdue: {value}, the oldest by {days} days
-- needs: accounts, subscriptions, milestones
SELECT s.account_id, m.milestone_id, m.name, m.due_on, s.as_of - m.due_on AS days_late
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT m.* FROM milestones AS m CROSS JOIN session_params AS p
  WHERE m.due_on < p.as_of AND m.due_on >= p.as_of - 180 AND m.done_on IS NULL
) AS m ON m.account_id = s.account_id
