-- metric: prospects
-- title: Prospects
-- says: Accounts that never paid and are on no trial.
-- population: prospects
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, first_paid_on, subscriptions, mrr_minor
FROM account_status
WHERE status = 'prospect'
