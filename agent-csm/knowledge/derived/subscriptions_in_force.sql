-- derived: subscriptions_in_force
-- title: Paid subscription versions in force on the as-of date
-- says: In force in [start_date, end_date), by the days that count: of a term and its successor one.
-- needs: paid_subscriptions, session_params
SELECT s.*
FROM paid_subscriptions AS s
CROSS JOIN session_params AS p
WHERE s.start_date <= p.as_of AND (s.end_date IS NULL OR s.end_date > p.as_of)
