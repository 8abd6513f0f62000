-- metric: ctas_lifecycle
-- title: Calls to action: lifecycle
-- says: Open alerts of type lifecycle about managed accounts on the as-of date, one per account and reason. The
--   action queue is made of them.
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, type, reason, text, owner, due_on, priority
FROM calls_to_action
WHERE type = 'lifecycle'
