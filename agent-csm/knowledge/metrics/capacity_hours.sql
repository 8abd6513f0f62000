-- metric: capacity_hours
-- title: Capacity: hours a week of the CSMs
-- says: Hours a week for customer work, summed over team members whose role is csm.
-- population: team
-- value: CAST(round(sum(minutes) / 60.0) AS BIGINT)
-- unit: count
-- needs: team_members
-- needs_column: team_members.weekly_hours
-- unknown: it is kept over all accounts only, and no team member there has the role csm
SELECT CAST(NULL AS VARCHAR) AS account_id, member_id, name, role, CAST(round(60.0 * weekly_hours) AS BIGINT) AS minutes
FROM team_members
WHERE role = 'csm' AND weekly_hours IS NOT NULL
