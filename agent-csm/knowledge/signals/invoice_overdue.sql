-- signal: invoice_overdue
-- title: Invoices overdue
-- says: Unpaid invoices past their due date; fires from `invoice_late_days` (14) days late.
-- kind: risk
-- dimension: payment
-- value: count(invoice_id)
-- n: count(invoice_id)
-- unit: count
-- let: days = max(days_late); owed = CASE WHEN count(open_minor) = count(invoice_id) THEN CAST(sum(open_minor) AS BIGINT) END
-- score: greatest(0.0, 100.0 - 2.0 * coalesce(days, 0))
-- fires: value >= 1 AND days >= (SELECT max(l.invoice_late_days) FROM limits AS l)
-- severity: 2
-- text: Invoices overdue: {value} ({owed:money}), the oldest by {days} days
-- needs: accounts, subscriptions, invoices
-- needs_column: invoices.due_on
SELECT s.account_id, i.invoice_id, i.issued_on, i.due_on, i.amount_minor, i.amount_paid_minor,
       i.amount_minor - coalesce(i.amount_paid_minor, 0) AS open_minor, i.attempts, s.as_of - i.due_on AS days_late
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT i.* FROM invoices AS i CROSS JOIN session_params AS p
  WHERE i.paid_on IS NULL AND coalesce(i.status, 'open') NOT IN ('paid', 'void', 'draft', 'uncollectible')
    AND i.due_on < p.as_of
) AS i ON i.account_id = s.account_id
