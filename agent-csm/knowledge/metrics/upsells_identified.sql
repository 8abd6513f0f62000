-- metric: upsells_identified
-- title: Upsells identified
-- says: Open expansion opportunities of managed accounts, and managed accounts ranked for growth that have none open yet.
-- population: managed
-- value: count(*)
-- unit: count
-- needs: accounts, subscriptions
SELECT o.account_id, o.opportunity_id, o.name, o.amount_minor, 'open opportunity' AS found_by
FROM opportunities AS o
JOIN account_status AS a ON a.account_id = o.account_id AND a.status = 'managed'
WHERE o.kind = 'expansion' AND o.status = 'open'
UNION ALL
SELECT g.account_id, CAST(NULL AS VARCHAR) AS opportunity_id, CAST(NULL AS VARCHAR) AS name,
       CAST(NULL AS BIGINT) AS amount_minor, 'growth signal' AS found_by
FROM growth AS g
LEFT JOIN (SELECT DISTINCT account_id FROM opportunities WHERE kind = 'expansion' AND status = 'open') AS o
  ON o.account_id = g.account_id
WHERE o.account_id IS NULL
