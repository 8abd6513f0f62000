-- signal: payment_failed
-- title: Payments failing
-- says: Unpaid invoices with two or more payment attempts.
-- kind: risk
-- dimension: payment
-- value: count(invoice_id)
-- n: count(invoice_id)
-- unit: count
-- let: tries = CAST(sum(attempts) AS BIGINT)
-- fires: value >= 1
-- severity: 2
-- text: Unpaid invoices after {tries} payment attempts: {value}
-- needs: accounts, subscriptions, invoices
-- needs_column: invoices.attempts
SELECT s.account_id, i.invoice_id, i.issued_on, i.due_on, i.amount_minor, i.attempts, s.as_of - i.due_on AS days_late
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT i.* FROM invoices AS i CROSS JOIN session_params AS p
  WHERE i.paid_on IS NULL AND coalesce(i.status, 'open') NOT IN ('paid', 'void', 'draft', 'uncollectible')
    AND i.attempts >= 2 AND i.issued_on <= p.as_of
) AS i ON i.account_id = s.account_id
