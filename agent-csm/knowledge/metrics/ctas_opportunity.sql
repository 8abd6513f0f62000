-- metric: ctas_opportunity
-- title: Calls to action: opportunity
-- says: Open alerts of type opportunity about managed accounts on the as-of date, one per account and reason. These are reasons to act,
--   not pieces of work: the queue in out/actions.csv holds one action for all the alerts of an account that one playbook
--   answers, and check-ins, so it has its own, smaller number.
-- population: managed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, type, reason, text, owner, due_on, priority
FROM calls_to_action
WHERE type = 'opportunity'
