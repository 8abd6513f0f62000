-- signal: pays_late
-- title: Pays late
-- says: Median days between the due date and the payment of invoices paid in 365 days; negative when early. Fires from
--   `pays_late_days` (15) over three invoices or more.
-- kind: risk
-- dimension: payment
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(days_late AS DOUBLE))
-- unit: days
-- window: 365 days
-- let: worst = max(days_late)
-- fires: value >= (SELECT max(l.pays_late_days) FROM limits AS l) AND n >= 3
-- severity: 1
-- text: Pays {value} days after the due date (median of {n} invoices in 365 days; the latest by {worst})
-- needs: accounts, subscriptions, invoices
-- needs_column: invoices.due_on, invoices.paid_on
SELECT s.account_id, i.invoice_id, i.due_on, i.paid_on, i.amount_minor, i.paid_on - i.due_on AS days_late
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN invoices AS i ON i.account_id = s.account_id
WHERE i.due_on IS NOT NULL AND i.paid_on > s.as_of - 365 AND i.paid_on <= s.as_of
