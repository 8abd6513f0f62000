-- metric: ctas_opportunity
-- title: Calls to action: opportunity
-- says: Open alerts of type opportunity about managed accounts on the as-of date, one per account and reason. The
--   action queue is made of them.
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, type, reason, text, owner, due_on, priority
FROM calls_to_action
WHERE type = 'opportunity'
