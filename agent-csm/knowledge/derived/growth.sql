-- derived: growth
-- title: Managed accounts that could grow, ranked
-- says: The candidates that no gate holds back: a growth signal fired, the account has a health score that is not red,
--   and it is not at risk. Priority = ARR x number of growth signals: an order to work in.
-- needs: growth_candidates
SELECT account_id, rank, reasons, arr_minor, priority
FROM growth_candidates
WHERE gate IS NULL
