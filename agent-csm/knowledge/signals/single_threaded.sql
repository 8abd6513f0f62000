-- signal: single_threaded
-- title: One contact only
-- says: People at the account in two-way contact with us in 180 days; a mail of ours that they have not answered is no
--   contact. Fires where all of it, twice or more often, was with one person. Nobody at all is another matter:
--   no_recent_contact.
-- kind: risk
-- dimension: stakeholder
-- value: count(DISTINCT contact_id)
-- n: count(interaction_id)
-- unit: count
-- window: 180 days
-- let: who = max(coalesce(name, contact_id)); last_on = CAST(max(occurred_on) AS VARCHAR)
-- fires: value = 1 AND n >= 2
-- severity: 1
-- text: Only {who} has been in contact with us in 180 days: {n} times, the last on {last_on}
-- needs: accounts, subscriptions, interactions
-- needs_column: interactions.contact_id
SELECT s.account_id, t.interaction_id, t.kind, t.contact_id, c.name, t.occurred_on
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN two_way_touches AS t ON t.account_id = s.account_id AND t.contact_id IS NOT NULL AND t.days_ago < 180
LEFT JOIN (SELECT contact_id, max(name) AS name FROM contacts GROUP BY contact_id) AS c ON c.contact_id = t.contact_id
