-- metric: accounts_lapsed
-- title: Accounts that lapsed, undecided
-- says: Accounts all of whose paid terms have ended, one within `grace_days` (14) before the as-of date, not cancelled and
--   not succeeded; or of which a billing row could not be read, so that nobody can tell: neither customers nor former ones until that is decided.
-- population: lapsed
-- value: count(*)
-- unit: count
-- additive: true
-- needs: accounts, subscriptions
SELECT account_id, status, first_paid_on, lapsed_on, lapsed_mrr_minor
FROM account_status
WHERE status = 'lapsed'
