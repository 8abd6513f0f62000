-- check: retention_curve_holds
-- title: Retention curves keep within their cohort
-- says: Never more accounts kept than began, the cohort's opening is the same in every month, nobody paid by no account.
-- needs: retention_curve
SELECT cohort, month_n, accounts_at_start, kept, opening_minor, kept_minor
FROM retention_curve
WHERE kept > accounts_at_start OR kept < 0 OR opening_minor < 0 OR kept_minor < 0 OR (kept = 0 AND kept_minor <> 0)
   OR (month_n = 0 AND kept_minor <> opening_minor)
