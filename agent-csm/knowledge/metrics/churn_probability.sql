-- metric: churn_probability
-- title: Probability to leave
-- says: Probability that the account decides to leave within the model's horizon; over several accounts their mean. Only where a backtest trusts the model.
-- population: managed
-- value: CAST(sum(millionths) AS DOUBLE) / 10000.0 / nullif(count(*), 0)
-- unit: percent
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions
-- unknown: no churn model is trusted: `csm backtest` says whether there can be one
SELECT c.account_id, c.probability, CAST(round(c.probability * 1000000.0) AS BIGINT) AS millionths, c.at_renewal,
       c.horizon_days, c.model, a.arr_minor, a.renewal_date, a.opt_out_on
FROM churn_scores AS c
JOIN account_status AS a ON a.account_id = c.account_id
