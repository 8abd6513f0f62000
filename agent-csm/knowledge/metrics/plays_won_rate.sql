-- metric: plays_won_rate
-- title: Playbooks won
-- says: Share of the playbook runs about customers, former ones too, that ended in the trailing twelve months with the result won.
-- population: customers
-- value: 100.0 * sum(CASE WHEN result = 'won' THEN 1 ELSE 0 END) / nullif(count(*), 0)
-- unit: percent
-- window: 12 months
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, play_runs
-- unknown: no playbook run ended in the trailing twelve months
SELECT r.account_id, r.run_id, r.playbook, r.opened_on, r.closed_on, r.result
FROM play_runs AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.first_paid_on IS NOT NULL AND a.status <> 'internal'
CROSS JOIN session_params AS p
WHERE r.arm = 'treat' AND r.closed_on > p.t0 AND r.closed_on <= p.as_of
