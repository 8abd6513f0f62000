-- check: expansion_causes_add_up
-- title: The causes of a movement sum to the movement
-- says: Seats, plan, price, cross-sell and the rest of an account's day are its change of MRR that day.
-- guards: expansion_seats, expansion_plan, expansion_price, expansion_cross_sell, expansion_added, expansion_ended
-- needs: mrr_movements, mrr_movement_parts
SELECT account_id, movement_date, sum(moved_minor) AS moved_minor, sum(parts_minor) AS parts_minor
FROM (
  SELECT account_id, movement_date, delta_minor AS moved_minor, 0 AS parts_minor FROM mrr_movements
  UNION ALL
  SELECT account_id, movement_date, 0 AS moved_minor, delta_minor AS parts_minor FROM mrr_movement_parts
) AS compared
GROUP BY account_id, movement_date
HAVING sum(moved_minor) <> sum(parts_minor)
