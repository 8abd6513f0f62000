-- check: successions_hold
-- title: A paid term goes on once
-- says: No term succeeds itself or one that starts later, none is succeeded twice, of none more is kept than it was worth,
--   and a term is in force for at least a day.
-- guards: mrr, arr, renewal_rate, atr, mrr_expansion, mrr_contraction, mrr_churn, nrr, grr
-- needs: term_successions
SELECT account_id, term_no, subscription_id, start_date, in_force_until, succeeded_no, kept_minor, times
FROM (
  SELECT t.*, count(*) OVER (PARTITION BY t.account_id, t.term_no) AS times
  FROM term_successions AS t
) AS terms
WHERE times > 1 OR succeeded_no = term_no OR succeeded_on <= start_date OR kept_minor < 0 OR kept_minor > mrr_minor
   OR in_force_until <= start_date
