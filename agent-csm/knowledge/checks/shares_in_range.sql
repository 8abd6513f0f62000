-- check: shares_in_range
-- title: Shares lie between 0 and 100
-- says: A share of something can't be less than none of it or more than all.
-- guards: *
-- needs: figure_values
SELECT metric, value
FROM figure_values
WHERE dimension = 'all' AND (value < 0 OR value > 100)
  AND metric IN ('churn_rate', 'churn_rate_arr', 'churn_rate_90d_annualised', 'grr', 'renewal_rate', 'csat_score', 'csat_mean_percent',
                 'csat_good_share', 'ces_easy_share', 'stickiness', 'health_coverage_median', 'risk_detection_rate', 'save_rate',
                 'plays_won_rate', 'success_plan_coverage', 'role_coverage_buyer', 'role_coverage_champion',
                 'role_coverage_admin', 'stakeholder_coverage', 'touch_coverage')
