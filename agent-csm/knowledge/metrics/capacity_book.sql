-- metric: capacity_book
-- title: Capacity: accounts the CSMs can carry
-- says: Hours a week of the CSMs, of the hours a week an account requires: `account_hours_week` under [thresholds] in
--   csm.toml.
-- population: team
-- value: floor(sum(minutes) / 60.0 / max(required_hours))
-- unit: count
-- needs: team_members
-- needs_column: team_members.weekly_hours
-- unknown: it is kept over all accounts only, and nobody said there how many hours a week an account requires: write
--   `account_hours_week = 1.5` under [thresholds] in csm.toml
SELECT CAST(NULL AS VARCHAR) AS account_id, m.member_id, m.name, CAST(round(60.0 * m.weekly_hours) AS BIGINT) AS minutes,
       t.value AS required_hours
FROM team_members AS m
JOIN thresholds AS t ON t.name = 'account_hours_week' AND t.value > 0
WHERE m.role = 'csm' AND m.weekly_hours IS NOT NULL
