-- derived: value_segments
-- title: Value segment of every customer
-- says: The highest segment whose border the account's ARR reaches. An account that had one in the last session keeps it
--   until its ARR is a tenth beyond the border. Potential is high where seats run out, an expansion is open or usage grows;
--   possible where only the head count says so: `employees_per_seat` (4) people or more for each seat; unknown where none
--   of these is known.
-- needs: account_status, segment_bounds, past_scores, signal_readings, accounts, limits
WITH plain AS (
  SELECT a.account_id, a.arr_minor, a.seats,
         max(CASE WHEN b.min_arr_minor <= a.arr_minor THEN b.place END) AS plain_place,
         max(CASE WHEN 110 * b.min_arr_minor <= 100 * a.arr_minor THEN b.place END) AS up_place,
         max(CASE WHEN 90 * b.min_arr_minor <= 100 * a.arr_minor THEN b.place END) AS down_place
  FROM account_status AS a
  CROSS JOIN segment_bounds AS b
  WHERE a.status = 'managed' AND a.arr_minor IS NOT NULL
  GROUP BY a.account_id, a.arr_minor, a.seats
), held AS (
  SELECT p.*, o.place AS past_place,
         CASE WHEN o.place IS NULL THEN p.plain_place
              WHEN p.up_place > o.place THEN p.up_place
              WHEN p.down_place < o.place THEN p.down_place
              ELSE o.place END AS place
  FROM plain AS p
  LEFT JOIN past_scores AS q ON q.account_id = p.account_id
  LEFT JOIN segment_bounds AS o ON o.segment = q.segment
), said AS (
  SELECT account_id,
         max(CASE WHEN signal = 'seats_near_limit' AND fired THEN text END) AS seats_text,
         max(CASE WHEN signal = 'expansion_open' AND fired THEN text END) AS deal_text,
         max(CASE WHEN signal = 'usage_growth' AND fired THEN text END) AS growth_text,
         max(CASE WHEN signal IN ('seats_near_limit', 'usage_growth') THEN 1 ELSE 0 END) AS measured
  FROM signal_readings
  GROUP BY account_id
), staff AS (
  SELECT account_id, max(employees) AS employees FROM accounts GROUP BY account_id
), found AS (
  SELECT h.*, s.measured, e.employees,
         coalesce(s.seats_text, s.deal_text, s.growth_text) AS because,
         CASE WHEN h.seats > 0 AND e.employees >= l.employees_per_seat * h.seats
              THEN CAST(e.employees AS VARCHAR) || ' people work there, ' || CAST(h.seats AS VARCHAR) || ' seats bought' END AS room
  FROM held AS h
  CROSS JOIN limits AS l
  LEFT JOIN said AS s ON s.account_id = h.account_id
  LEFT JOIN staff AS e ON e.account_id = h.account_id
)
SELECT f.account_id, b.segment, n.segment AS plain_segment, f.arr_minor, b.min_arr_minor,
       f.place <> f.plain_place AS held, b.how,
       CASE WHEN f.because IS NOT NULL THEN 'high'
            WHEN f.room IS NOT NULL THEN 'possible'
            WHEN coalesce(f.measured, 0) = 1 OR (f.seats > 0 AND f.employees IS NOT NULL) THEN 'low'
            ELSE 'unknown' END AS potential,
       coalesce(f.because, f.room,
                CASE WHEN coalesce(f.measured, 0) = 1 OR (f.seats > 0 AND f.employees IS NOT NULL)
                     THEN 'no seats, deal, growth or head count says so'
                     ELSE 'neither the use of seats nor the head count is known' END) AS potential_because
FROM found AS f
JOIN segment_bounds AS b ON b.place = f.place
JOIN segment_bounds AS n ON n.place = f.plain_place
