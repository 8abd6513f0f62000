-- derived: renewal_decisions
-- title: Renewals that were decided
-- says: One row per subscription and term that carries a renewal date. The decision falls on that date, or on the day
--   the term's last version ended before it. Up for decision is the ARR of that version; renewed is what the same
--   subscription carries on from that day, capped at it. Where a customer's subscription ends and a new one of the same
--   account begins on the same day, the new one counts as its renewal.
-- needs: paid_subscriptions, session_params
WITH terms AS (
  SELECT account_id, subscription_id, renewal_date, mrr_minor, end_date,
         row_number() OVER (PARTITION BY subscription_id, renewal_date ORDER BY start_date DESC) AS place
  FROM paid_subscriptions
  WHERE renewal_date IS NOT NULL AND start_date < renewal_date AND mrr_minor IS NOT NULL
), due AS (
  SELECT t.account_id, t.subscription_id,
         CASE WHEN t.end_date < t.renewal_date THEN t.end_date ELSE t.renewal_date END AS decision_on,
         sum(t.mrr_minor) AS up_minor
  FROM terms AS t
  WHERE t.place = 1
  GROUP BY t.account_id, t.subscription_id,
           CASE WHEN t.end_date < t.renewal_date THEN t.end_date ELSE t.renewal_date END
), kept AS (
  SELECT d.account_id, d.subscription_id, d.decision_on, d.up_minor,
         least(d.up_minor, coalesce(sum(b.mrr_minor), 0)) AS own_minor
  FROM due AS d
  CROSS JOIN session_params AS p
  LEFT JOIN paid_subscriptions AS b
    ON b.subscription_id = d.subscription_id AND b.account_id = d.account_id
   AND b.start_date <= d.decision_on AND (b.end_date IS NULL OR b.end_date > d.decision_on)
  WHERE d.decision_on <= p.as_of
  GROUP BY d.account_id, d.subscription_id, d.decision_on, d.up_minor
), begun AS (
  SELECT account_id, start_date, sum(mrr_minor) AS begun_minor
  FROM (
    SELECT account_id, subscription_id, start_date, mrr_minor,
           min(start_date) OVER (PARTITION BY account_id, subscription_id) AS first_start
    FROM paid_subscriptions
  ) AS versions
  WHERE start_date = first_start
  GROUP BY account_id, start_date
), short AS (
  SELECT k.*, k.up_minor - k.own_minor AS short_minor, coalesce(b.begun_minor, 0) AS begun_minor,
         sum(k.up_minor - k.own_minor) OVER (PARTITION BY k.account_id, k.decision_on ORDER BY k.subscription_id
             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - (k.up_minor - k.own_minor) AS served_minor
  FROM kept AS k
  LEFT JOIN begun AS b ON b.account_id = k.account_id AND b.start_date = k.decision_on
), decided AS (
  SELECT account_id, subscription_id, decision_on, up_minor,
         own_minor + least(short_minor, greatest(0, begun_minor - served_minor)) AS renewed_minor
  FROM short
)
SELECT account_id, subscription_id, decision_on,
       CAST(12 * up_minor AS BIGINT) AS atr_minor,
       CAST(12 * renewed_minor AS BIGINT) AS renewed_minor,
       CASE WHEN renewed_minor = up_minor THEN 'renewed'
            WHEN renewed_minor = 0 THEN 'lost'
            ELSE 'contracted' END AS outcome
FROM decided
