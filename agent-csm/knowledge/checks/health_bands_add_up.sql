-- check: health_bands_add_up
-- title: Every score is in one band
-- says: Green + yellow + red = accounts with a score, and every score lies between 0 and 100.
-- guards: health_green, health_yellow, health_red, accounts_scored, health_score_avg, health_score_avg_arr_weighted
-- needs: health_scores, account_status
SELECT h.account_id, h.score, h.band
FROM health_scores AS h
JOIN account_status AS a ON a.account_id = h.account_id AND a.status = 'managed'
WHERE h.band IS NULL OR h.band NOT IN ('green', 'yellow', 'red') OR h.score < 0 OR h.score > 100
