-- derived: lead_needs
-- title: Accounts that could become leads
-- says: Managed accounts in which a growth signal other than usage fired and a need is known: an objective not proven,
--   a request not shipped, or seats nearly used up.
-- needs: signal_readings, account_status, objectives, feature_requests
SELECT s.account_id, s.signals, n.needs
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
