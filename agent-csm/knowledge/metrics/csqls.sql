-- metric: csqls
-- title: CS-qualified leads, accepted
-- says: Open expansion opportunities (the named motion, accepted by sales) of managed accounts in which a growth
--   signal other than usage fired and a need is known: an objective not proven, a request not shipped, or seats
--   nearly used up.
-- value: count(*)
-- unit: count
-- needs: accounts, subscriptions, opportunities
SELECT s.account_id, s.signals, n.needs, o.opportunity_id, o.name, o.stage, o.amount_minor
FROM (
  SELECT r.account_id, count(*) AS signals
  FROM signal_readings AS r
  WHERE r.fired AND r.kind = 'growth' AND r.dimension <> 'usage' AND r.signal <> 'expansion_open'
  GROUP BY r.account_id
) AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN (
  SELECT account_id, count(*) AS needs
  FROM (
    SELECT account_id, objective_id AS need FROM objectives WHERE proven_on IS NULL
    UNION ALL
    SELECT account_id, request_id AS need FROM feature_requests WHERE shipped_on IS NULL
    UNION ALL
    SELECT account_id, signal AS need FROM signal_readings WHERE fired AND signal = 'seats_near_limit'
  ) AS wanted
  GROUP BY account_id
) AS n ON n.account_id = s.account_id
JOIN (SELECT account_id, opportunity_id, name, stage, amount_minor FROM opportunities
      WHERE kind = 'expansion' AND status = 'open') AS o ON o.account_id = s.account_id
