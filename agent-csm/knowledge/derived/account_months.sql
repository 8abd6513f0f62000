-- derived: account_months
-- title: MRR per account at the end of every month
-- says: From the subscriptions in force that day, not from movements; months without MRR have no row.
-- needs: months, paid_subscriptions
SELECT b.account_id, m.month, m.ends_on, CAST(sum(b.mrr_minor) AS BIGINT) AS mrr_minor
FROM months AS m
JOIN paid_subscriptions AS b
  ON b.start_date <= m.ends_on AND (b.end_date IS NULL OR b.end_date > m.ends_on)
WHERE b.mrr_minor IS NOT NULL
GROUP BY b.account_id, m.month, m.ends_on
