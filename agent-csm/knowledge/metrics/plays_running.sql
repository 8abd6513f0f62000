-- metric: plays_running
-- title: Playbooks running
-- says: Runs of a playbook that are open on the as-of date; accounts left alone for comparison are not counted.
-- value: count(*)
-- unit: count
-- needs: play_runs
SELECT account_id, run_id, playbook, opened_on
FROM play_runs
WHERE arm = 'treat' AND closed_on IS NULL
