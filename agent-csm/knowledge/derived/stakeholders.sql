-- derived: stakeholders
-- title: Who is who at each account
-- says: One row per contact. The role is the source's; where it states none, that of the first rule of
--   stakeholder_roles.toml whose words stand in the title, with the rule named. Executives are told by title only.
--   Contact is two-way (two_way_touches).
--   Sentiment is the latest NPS answer of 365 days: promoter 9 and 10, detractor 0 to 6.
-- needs: contacts, two_way_touches, nps_latest, title_roles, session_params
WITH titled AS (
  SELECT c.contact_id, c.account_id, c.name, c.title, lower(nullif(trim(c.role), '')) AS role, c.created_on, c.left_on,
         ' ' || replace(replace(replace(replace(replace(replace(replace(replace(lower(coalesce(c.title, '')),
           ',', ' '), '/', ' '), '-', ' '), '&', ' '), '.', ' '), '(', ' '), ')', ' '), '  ', ' ') || ' ' AS words
  FROM contacts AS c
  WHERE c.account_id IS NOT NULL
), fits AS (
  SELECT t.account_id, t.contact_id, r.rule, r.role, r.is_executive,
         row_number() OVER (PARTITION BY t.account_id, t.contact_id ORDER BY r.place) AS place
  FROM titled AS t
  JOIN title_roles AS r ON t.words LIKE '% ' || r.pattern || ' %'
), contacted AS (
  SELECT account_id, contact_id, max(occurred_on) AS last_contact_on
  FROM two_way_touches
  WHERE contact_id IS NOT NULL
  GROUP BY account_id, contact_id
), answers AS (
  SELECT n.account_id, n.contact_id, max(CAST(n.responded_at AS DATE)) AS sentiment_on,
         max(n.promoter) AS promoter, max(n.detractor) AS detractor
  FROM nps_latest AS n
  WHERE n.contact_id IS NOT NULL
  GROUP BY n.account_id, n.contact_id
)
SELECT t.account_id, t.contact_id, t.name, t.title, coalesce(t.role, f.role) AS role,
       CASE WHEN t.role IS NOT NULL THEN 'role column' WHEN f.role IS NOT NULL THEN 'title rule: ' || f.rule END AS role_from,
       coalesce(f.is_executive, false) AS is_executive,
       t.created_on, c.last_contact_on,
       CASE WHEN n.promoter = 1 THEN 'promoter' WHEN n.detractor = 1 THEN 'detractor'
            WHEN n.sentiment_on IS NOT NULL THEN 'passive' END AS sentiment,
       n.sentiment_on, t.left_on,
       t.left_on IS NULL OR t.left_on > p.as_of AS is_here
FROM titled AS t
CROSS JOIN session_params AS p
LEFT JOIN fits AS f ON f.account_id = t.account_id AND f.contact_id = t.contact_id AND f.place = 1
LEFT JOIN contacted AS c ON c.account_id = t.account_id AND c.contact_id = t.contact_id
LEFT JOIN answers AS n ON n.account_id = t.account_id AND n.contact_id = t.contact_id
