-- derived: renewal_decisions
-- title: Renewals that were decided
-- says: One row per subscription and term that carries a renewal date. It is decided on that date, or on the day the
--   term ended before it; where what succeeds it began earlier, on that day. Up for decision is the ARR of the term's
--   last version; renewed is the part of it that goes on (term_successions), capped at it: all of a version that stays
--   in force. A version whose successor has the same renewal date is a change within the term. What ended within
--   `grace_days` and is undecided is no decision yet.
-- needs: term_successions, session_params
WITH versions AS (
  SELECT t.account_id, t.subscription_id, t.mrr_minor, t.how, t.kept_minor,
         t.end_date IS NULL OR t.end_date > t.renewal_date AS goes_on,
         CASE WHEN t.how IN ('succeeded', 'merged') AND t.succeeded_on < t.renewal_date
               AND (t.end_date IS NULL OR t.succeeded_on < t.end_date) THEN t.succeeded_on
              WHEN t.end_date < t.renewal_date THEN t.end_date ELSE t.renewal_date END AS decision_on
  FROM term_successions AS t
  WHERE t.renewal_date IS NOT NULL AND t.start_date < t.renewal_date AND t.mrr_minor IS NOT NULL
    AND NOT coalesce(t.how IN ('succeeded', 'merged') AND t.succeeded_on < t.renewal_date
                     AND t.succeeded_until = t.renewal_date, false)
    AND (t.how <> 'undecided' OR t.end_date > t.renewal_date)
), decided AS (
  SELECT v.account_id, v.subscription_id, v.decision_on, sum(v.mrr_minor) AS up_minor,
         sum(CASE WHEN v.goes_on THEN v.mrr_minor ELSE v.kept_minor END) AS renewed_minor
  FROM versions AS v
  CROSS JOIN session_params AS p
  WHERE v.decision_on <= p.as_of
  GROUP BY v.account_id, v.subscription_id, v.decision_on
)
SELECT account_id, subscription_id, decision_on,
       CAST(12 * up_minor AS BIGINT) AS atr_minor,
       CAST(12 * renewed_minor AS BIGINT) AS renewed_minor,
       CASE WHEN renewed_minor = up_minor THEN 'renewed'
            WHEN renewed_minor = 0 THEN 'lost'
            ELSE 'contracted' END AS outcome
FROM decided
