-- metric: adoption_breadth
-- title: Adoption: breadth
-- says: Core features in use in 90 days, of the core features the managed accounts are entitled to. A row is an account
--   and a core feature of its plan; without a feature marked as core all of them count.
-- population: managed
-- value: 100.0 * sum(is_used) / nullif(count(*), 0)
-- n: count(DISTINCT account_id)
-- unit: percent
-- window: 90 days
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, usage_events, features
-- needs_column: usage_events.feature
SELECT e.account_id, e.feature, e.title, e.state, e.last_used_on, e.uses_90,
       CASE WHEN e.state = 'used' THEN 1 ELSE 0 END AS is_used
FROM entitlements AS e
JOIN account_status AS a ON a.account_id = e.account_id AND a.status = 'managed'
WHERE e.is_core
