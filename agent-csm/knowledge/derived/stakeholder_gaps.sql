-- derived: stakeholder_gaps
-- title: What is missing on each managed account's map of stakeholders
-- says: No rows where nothing of the kind is in the data: an empty table is not a gap. Gaps that rest on roles are
--   said only of accounts in which some role is known; gaps that rest on contact, which is two-way,
--   only where interactions name people.
--   since = the day the last one left, or of the last contact.
-- needs: account_status, stakeholders, two_way_touches, session_params
WITH base AS (
  SELECT a.account_id, a.as_of FROM account_status AS a WHERE a.status = 'managed'
), known AS (
  SELECT count(*) AS contacts FROM stakeholders
), talked AS (
  SELECT count(contact_id) AS named FROM two_way_touches
), threaded AS (
  SELECT account_id, count(DISTINCT contact_id) AS threads, count(*) AS touches
  FROM two_way_touches
  WHERE contact_id IS NOT NULL AND days_ago < 180
  GROUP BY account_id
), spoke AS (
  SELECT account_id, max(occurred_on) AS spoke_on FROM two_way_touches GROUP BY account_id
), people AS (
  SELECT b.account_id,
         count(s.contact_id) AS contacts,
         coalesce(sum(CASE WHEN s.is_here THEN 1 ELSE 0 END), 0) AS here,
         coalesce(sum(CASE WHEN s.is_here AND s.role IS NOT NULL THEN 1 ELSE 0 END), 0) AS with_role,
         coalesce(sum(CASE WHEN s.is_here AND s.role = 'economic_buyer' THEN 1 ELSE 0 END), 0) AS buyers,
         coalesce(sum(CASE WHEN s.is_here AND s.role = 'champion' THEN 1 ELSE 0 END), 0) AS champions,
         coalesce(sum(CASE WHEN NOT s.is_here AND s.role = 'champion' THEN 1 ELSE 0 END), 0) AS champions_gone,
         max(CASE WHEN NOT s.is_here AND s.role = 'champion' THEN s.left_on END) AS champion_left_on,
         max(CASE WHEN NOT s.is_here AND s.role = 'economic_buyer' THEN s.left_on END) AS buyer_left_on,
         coalesce(sum(CASE WHEN s.is_here AND (s.is_executive OR s.role = 'economic_buyer') THEN 1 ELSE 0 END), 0) AS executives,
         max(CASE WHEN s.is_executive OR s.role = 'economic_buyer' THEN s.last_contact_on END) AS executive_contact_on
  FROM base AS b
  LEFT JOIN stakeholders AS s ON s.account_id = b.account_id
  GROUP BY b.account_id
), rated AS (
  SELECT p.*, b.as_of, k.contacts AS all_contacts, t.named, h.threads, h.touches, q.spoke_on
  FROM people AS p
  JOIN base AS b ON b.account_id = p.account_id
  CROSS JOIN known AS k
  CROSS JOIN talked AS t
  LEFT JOIN threaded AS h ON h.account_id = p.account_id
  LEFT JOIN spoke AS q ON q.account_id = p.account_id
)
SELECT account_id, 'no_contacts' AS gap, CAST(NULL AS DATE) AS since, 'Nobody at the account is known by name' AS text
FROM rated WHERE all_contacts > 0 AND here = 0
UNION ALL
SELECT account_id, 'roles_unknown', CAST(NULL AS DATE), 'No contact has a role, and no title tells one'
FROM rated WHERE here > 0 AND with_role = 0
UNION ALL
SELECT account_id, 'champion_gone', champion_left_on,
       'The champion left on ' || CAST(champion_left_on AS VARCHAR) || ' and nobody else is one'
FROM rated WHERE champions = 0 AND champions_gone > 0
UNION ALL
SELECT account_id, 'no_champion', CAST(NULL AS DATE), 'Nobody is known as champion'
FROM rated WHERE with_role > 0 AND champions = 0 AND champions_gone = 0
UNION ALL
SELECT account_id, 'no_backup_champion', CAST(NULL AS DATE), 'One champion and no second one'
FROM rated WHERE champions = 1
UNION ALL
SELECT account_id, 'no_buyer', buyer_left_on,
       CASE WHEN buyer_left_on IS NULL THEN 'Nobody is known as economic buyer'
            ELSE 'The economic buyer left on ' || CAST(buyer_left_on AS VARCHAR) || ' and nobody else is one' END
FROM rated WHERE (with_role > 0 OR buyer_left_on IS NOT NULL) AND buyers = 0
UNION ALL
SELECT account_id, 'single_threaded', CAST(NULL AS DATE), 'All contact of 180 days was with one person'
FROM rated WHERE threads = 1 AND touches >= 2
UNION ALL
SELECT account_id, 'nobody_in_contact', spoke_on,
       CASE WHEN spoke_on IS NULL THEN 'Nobody ever answered, met or called'
            ELSE 'Nobody in contact with us in 90 days, the last on ' || CAST(spoke_on AS VARCHAR) END
FROM rated WHERE named > 0 AND (spoke_on IS NULL OR spoke_on <= as_of - 90)
UNION ALL
SELECT account_id, 'no_executive_contact', executive_contact_on,
       CASE WHEN executives = 0 AND executive_contact_on IS NULL THEN 'No executive or economic buyer among the contacts'
            WHEN executive_contact_on IS NULL THEN 'No contact with an executive or economic buyer on record'
            ELSE 'Last contact with an executive or economic buyer on ' || CAST(executive_contact_on AS VARCHAR) END
FROM rated
WHERE named > 0 AND with_role > 0 AND (executive_contact_on IS NULL OR executive_contact_on <= as_of - 90)
