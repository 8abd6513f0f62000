-- derived: growth_candidates
-- title: Customers that show growth, ranked, and what holds some back
-- says: A growth signal fired. The gate: an account at risk, in the red band, or without a health score is repaired or
--   measured first. Size: people active in 30 days above the seats bought, at the price of a seat and year, where all of
--   the MRR is sold by seats; deals are only named, their amounts are the source's claim.
--   Priority = ARR x number of growth signals: an order to work in.
-- needs: account_status, signal_readings, health_scores, at_risk, active_users, subscriptions_in_force
WITH fired AS (
  SELECT account_id, count(*) AS reasons, string_agg(signal, ', ' ORDER BY signal) AS signals,
         max(CASE WHEN signal = 'expansion_open' THEN 1 ELSE 0 END) AS has_deal
  FROM signal_readings
  WHERE fired AND kind = 'growth'
  GROUP BY account_id
), people AS (
  SELECT account_id, count(*) AS people FROM active_users GROUP BY account_id
), priced AS (
  SELECT account_id, CAST(sum(seats) AS BIGINT) AS seats,
         CASE WHEN count(mrr_minor) = count(*) THEN CAST(sum(mrr_minor) AS BIGINT) END AS seat_mrr_minor
  FROM subscriptions_in_force
  WHERE seats > 0
  GROUP BY account_id
), found AS (
  SELECT a.account_id, f.reasons, f.signals, a.arr_minor, coalesce(a.arr_minor, 0) * f.reasons AS priority,
         CASE WHEN q.seat_mrr_minor = a.mrr_minor AND p.people > q.seats
              THEN CAST(floor((2.0 * 12 * q.seat_mrr_minor * (p.people - q.seats) + q.seats) / (2.0 * q.seats)) AS BIGINT) END AS size_minor,
         CASE WHEN q.seat_mrr_minor = a.mrr_minor AND p.people > q.seats
              THEN CAST(p.people - q.seats AS VARCHAR) || ' people above the ' || CAST(q.seats AS VARCHAR) || ' seats bought'
              WHEN f.has_deal = 1 THEN 'an open deal; its amount is the source''s claim'
              WHEN q.seats IS NULL OR p.people IS NULL THEN 'seats or their use are not known'
              WHEN q.seat_mrr_minor IS NULL OR q.seat_mrr_minor <> a.mrr_minor THEN 'part of the MRR is not sold by seats'
              ELSE 'no people above the seats bought' END AS size_how,
         CASE WHEN r.account_id IS NOT NULL THEN 'at risk: repair first'
              WHEN h.account_id IS NULL THEN 'health is not known'
              WHEN h.band = 'red' THEN 'health is red' END AS gate
  FROM account_status AS a
  JOIN fired AS f ON f.account_id = a.account_id
  LEFT JOIN health_scores AS h ON h.account_id = a.account_id
  LEFT JOIN at_risk AS r ON r.account_id = a.account_id
  LEFT JOIN people AS p ON p.account_id = a.account_id
  LEFT JOIN priced AS q ON q.account_id = a.account_id
  WHERE a.status = 'managed'
)
SELECT account_id,
       CAST(row_number() OVER (ORDER BY CASE WHEN gate IS NULL THEN 0 ELSE 1 END, priority DESC, account_id) AS BIGINT) AS rank,
       CAST(reasons AS BIGINT) AS reasons, signals, size_minor, size_how, gate, arr_minor,
       CAST(priority AS BIGINT) AS priority
FROM found
