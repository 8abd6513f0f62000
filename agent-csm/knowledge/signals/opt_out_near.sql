-- signal: opt_out_near
-- title: Opt-out date near
-- says: Days to the opt-out date: renewal date minus notice. Fires within `opt_out_days` (60).
-- kind: context
-- dimension: contract
-- value: min(days_to_opt_out)
-- unit: days
-- let: opt_out = min(opt_out_on); renewal = min(renewal_date)
-- fires: value BETWEEN 0 AND (SELECT max(l.opt_out_days) FROM limits AS l)
-- severity: 1
-- text: {value} days to the opt-out date {opt_out}; the term ends on {renewal}
-- needs: accounts, subscriptions
-- needs_column: subscriptions.renewal_date
SELECT s.account_id, r.renewal_date, r.opt_out_on, r.days_to_opt_out, r.auto_renew
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN renewals AS r ON r.account_id = s.account_id
