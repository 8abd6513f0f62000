-- signal: reply_lag
-- title: Days until they answer
-- says: Median days from a mail of ours in 180 days to their next word: an inbound mail, a meeting or a call. One they have not
--   answered counts with the days it has waited. Fires above `reply_lag_days` (14) with two mails or more.
-- kind: risk
-- dimension: engagement
-- value: percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(days AS DOUBLE))
-- unit: days
-- window: 180 days
-- let: waiting = CAST(sum(is_waiting) AS BIGINT)
-- fires: value > (SELECT max(l.reply_lag_days) FROM limits AS l) AND n >= 2
-- severity: 1
-- text: Median days until they answer our mails: {value} ({n} mails in 180 days, {waiting} without an answer yet)
-- needs: accounts, subscriptions, interactions
SELECT s.account_id, m.interaction_id, m.contact_id, m.mailed_at, m.answered_on,
       coalesce(m.answered_on, s.as_of) - CAST(m.mailed_at AS DATE) AS days,
       CASE WHEN m.answered_on IS NULL THEN 1 ELSE 0 END AS is_waiting
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN (
  SELECT o.account_id, o.interaction_id, o.contact_id, o.occurred_at AS mailed_at, min(r.occurred_on) AS answered_on
  FROM interactions AS o
  CROSS JOIN session_params AS p
  LEFT JOIN two_way_touches AS r ON r.account_id = o.account_id AND r.occurred_at > o.occurred_at
  WHERE o.kind = 'email' AND o.direction = 'outbound'
    AND CAST(o.occurred_at AS DATE) > p.as_of - 180 AND CAST(o.occurred_at AS DATE) < p.as_of
  GROUP BY o.account_id, o.interaction_id, o.contact_id, o.occurred_at
) AS m ON m.account_id = s.account_id
