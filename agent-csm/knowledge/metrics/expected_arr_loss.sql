-- metric: expected_arr_loss
-- title: ARR expected to be lost
-- says: ARR x the probability to leave within the model's horizon, summed. Only where a backtest trusts the model. Who has announced to leave is not in it: that is no longer a chance.
-- population: managed
-- value: CAST(sum(expected_loss_minor) AS BIGINT)
-- unit: money
-- needs: accounts, subscriptions
-- unknown: no churn model is trusted: `csm backtest` says whether there can be one
SELECT c.account_id, c.probability, c.horizon_days, c.model, a.arr_minor,
       CAST(round(CAST(a.arr_minor AS DOUBLE) * c.probability) AS BIGINT) AS expected_loss_minor
FROM churn_scores AS c
JOIN account_status AS a ON a.account_id = c.account_id
