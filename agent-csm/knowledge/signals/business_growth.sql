-- signal: business_growth
-- title: Growth at the customer
-- says: Kinds of change that may bring revenue, told in 180 days by notes, call summaries or the pages listed for the
--   account (business_changes.toml). Unknown where nothing was searched. A person judges the quoted words.
-- kind: growth
-- dimension: stakeholder
-- value: count(DISTINCT change)
-- n: count(DISTINCT source)
-- unit: count
-- window: 180 days
-- let: latest = coalesce(max(told), 'none'); kinds = CASE WHEN count(DISTINCT change) = 1 THEN 'A sign of growth was' ELSE CAST(count(DISTINCT change) AS VARCHAR) || ' signs of growth were' END; place = CASE WHEN count(DISTINCT source) = 1 THEN 'the one text' ELSE CAST(count(DISTINCT CASE WHEN change IS NOT NULL THEN source END) AS VARCHAR) || ' of ' || CAST(count(DISTINCT source) AS VARCHAR) || ' texts' END
-- fires: value >= 1
-- severity: 1
-- text: {kinds} told in {place} searched over 180 days; the latest: {latest}
-- needs: accounts, subscriptions, searched_texts
SELECT s.account_id, t.source, t.kind AS source_kind, t.found_on AS searched_on, c.kind AS change, c.text, c.found_on,
       CAST(c.found_on AS VARCHAR) || ' ' || c.title || ', “' || c.text || '” (' || c.source || ')' AS told
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN searched_texts AS t ON t.account_id = s.account_id AND t.state = 'searched'
  AND t.found_on > s.as_of - 180 AND t.found_on <= s.as_of
LEFT JOIN business_changes AS c ON c.account_id = t.account_id AND c.searched = t.source AND c.effect = 'growth'
  AND c.found_on > s.as_of - 180 AND c.found_on <= s.as_of
