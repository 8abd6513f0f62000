-- derived: renewal_forecast
-- title: Forecast category of every term that ends in 90 days
-- says: By dated evidence, the first that holds. closed: cancelled, its successor is signed, or the renewal deal is won;
--   commit: renews by itself and the opt-out date has passed; at_risk: the account is at risk;
--   most_likely: green health and two-way contact in 90 days; best_case: any health score or contact; omitted: nothing dated to go by. A category is no probability.
-- needs: renewal_terms, at_risk, health_scores, two_way_touches, opportunities, session_params
WITH spoke AS (
  SELECT account_id, max(occurred_on) AS last_on FROM two_way_touches WHERE days_ago < 90 GROUP BY account_id
), won AS (
  SELECT account_id, max(close_on) AS won_on FROM opportunities WHERE kind = 'renewal' AND status = 'won' GROUP BY account_id
)
SELECT f.account_id, f.subscription_id, f.renewal_date, f.opt_out_on, f.arr_minor AS atr_minor,
       f.cancelled_on, w.won_on, r.rank AS risk_rank, h.score AS health_score, s.last_on,
       CASE WHEN f.cancelled_on <= p.as_of OR f.succeeded_on IS NOT NULL OR (w.won_on > f.renewal_date - 120 AND w.won_on <= p.as_of) THEN 'closed'
            WHEN f.auto_renew AND f.opt_out_on <= p.as_of THEN 'commit'
            WHEN r.account_id IS NOT NULL THEN 'at_risk'
            WHEN h.band = 'green' AND s.account_id IS NOT NULL THEN 'most_likely'
            WHEN h.account_id IS NOT NULL OR s.account_id IS NOT NULL THEN 'best_case'
            ELSE 'omitted' END AS category
FROM renewal_terms AS f
CROSS JOIN session_params AS p
LEFT JOIN at_risk AS r ON r.account_id = f.account_id
LEFT JOIN health_scores AS h ON h.account_id = f.account_id
LEFT JOIN spoke AS s ON s.account_id = f.account_id
LEFT JOIN won AS w ON w.account_id = f.account_id
WHERE f.renews_in_90_days
