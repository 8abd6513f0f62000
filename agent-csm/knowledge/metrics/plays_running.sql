-- metric: plays_running
-- title: Playbooks running
-- says: Runs of a playbook about managed accounts that are open on the as-of date; accounts left alone for comparison are not counted.
-- population: managed
-- value: count(*)
-- unit: count
-- needs: accounts, subscriptions, play_runs
SELECT r.account_id, r.run_id, r.playbook, r.opened_on
FROM play_runs AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.status = 'managed'
WHERE r.arm = 'treat' AND r.closed_on IS NULL
