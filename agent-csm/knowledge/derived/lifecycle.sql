-- derived: lifecycle
-- title: Lifecycle stage of every customer and former customer
-- says: The first that holds: churned; onboarding (first paid day in the last 90); won_back (returned in the last twelve
--   months); renewal (a renewal or the deadline for one within 90 days); advocacy (an activity completed in twelve months);
--   expansion (MRR grew in twelve months, or an expansion deal is open); value (an objective proven); else adoption.
-- needs: account_status, renewals, mrr_movements, advocacy_activities, opportunities, objectives, session_params
WITH moved AS (
  SELECT m.account_id, max(CASE WHEN m.kind = 'reactivation' THEN 1 ELSE 0 END) AS returned,
         max(CASE WHEN m.kind = 'expansion' THEN 1 ELSE 0 END) AS grew
  FROM mrr_movements AS m
  CROSS JOIN session_params AS p
  WHERE m.movement_date > p.t0 AND m.movement_date <= p.as_of
  GROUP BY m.account_id
), spoke AS (
  SELECT v.account_id, count(*) AS activities
  FROM advocacy_activities AS v
  CROSS JOIN session_params AS p
  WHERE v.completed_on > p.t0 AND v.completed_on <= p.as_of
  GROUP BY v.account_id
), deals AS (
  SELECT account_id, count(*) AS deals FROM opportunities WHERE kind = 'expansion' AND status = 'open' GROUP BY account_id
), proven AS (
  SELECT account_id, count(*) AS outcomes FROM objectives WHERE proven_on IS NOT NULL GROUP BY account_id
)
SELECT a.account_id, a.status, a.first_paid_on, a.opt_out_on, a.renewal_date,
       CASE WHEN a.status = 'churned' THEN 'churned'
            WHEN a.first_paid_on > a.as_of - 90 THEN 'onboarding'
            WHEN m.returned = 1 THEN 'won_back'
            WHEN n.in_90_days OR n.deadline_in_90_days THEN 'renewal'
            WHEN s.activities > 0 THEN 'advocacy'
            WHEN m.grew = 1 OR d.deals > 0 THEN 'expansion'
            WHEN v.outcomes > 0 THEN 'value'
            ELSE 'adoption' END AS stage
FROM account_status AS a
LEFT JOIN renewals AS n ON n.account_id = a.account_id
LEFT JOIN moved AS m ON m.account_id = a.account_id
LEFT JOIN spoke AS s ON s.account_id = a.account_id
LEFT JOIN deals AS d ON d.account_id = a.account_id
LEFT JOIN proven AS v ON v.account_id = a.account_id
WHERE a.status IN ('managed', 'churned')
