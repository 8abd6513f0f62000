-- metric: uplift
-- title: Uplift of playbooks
-- says: Share of accounts still paying 90 days after a playbook began, minus that share among those left alone by
--   lot, in points; runs begun between twelve months and 90 days ago. At least 30 on either side. Being at high risk
--   says nothing about being persuadable.
-- population: customers
-- value: CASE WHEN sum(treated) >= 30 AND sum(1 - treated) >= 30 THEN 100.0 * sum(treated * stayed) / nullif(sum(treated), 0) - 100.0 * sum((1 - treated) * stayed) / nullif(sum(1 - treated), 0) END
-- unit: percent
-- window: 12 months
-- plausible: >= -100, <= 100
-- needs: accounts, subscriptions
-- unknown: no causal claim without a holdout: at least 30 accounts with a playbook and 30 left alone by lot, each 90
--   days ago or more; import a table `play_runs` (run_id, account_id, playbook, arm, opened_on)
SELECT r.account_id, r.run_id, r.playbook, r.arm, r.opened_on, CASE WHEN r.arm = 'treat' THEN 1 ELSE 0 END AS treated,
       CASE WHEN count(b.account_id) > 0 THEN 1 ELSE 0 END AS stayed
FROM play_runs AS r
JOIN account_status AS a ON a.account_id = r.account_id AND a.first_paid_on IS NOT NULL AND a.status <> 'internal'
CROSS JOIN session_params AS p
LEFT JOIN paid_subscriptions AS b
  ON b.account_id = r.account_id AND b.start_date <= r.opened_on + 90 AND (b.end_date IS NULL OR b.end_date > r.opened_on + 90)
WHERE r.arm IN ('treat', 'holdout') AND r.opened_on > p.t0 AND r.opened_on <= p.as_of - 90
GROUP BY r.account_id, r.run_id, r.playbook, r.arm, r.opened_on
