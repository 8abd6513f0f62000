-- signal: feature_not_entitled
-- title: Asked for what another plan has
-- says: Requests and other texts of 180 days that name a feature which the account's plans do not include and some other
--   plan does. The name must stand in the text as features.title has it.
-- kind: growth
-- dimension: adoption
-- value: count(DISTINCT feature)
-- n: count(DISTINCT text_id)
-- unit: count
-- window: 180 days
-- let: first = min(title); quote = min(CAST(said_on AS VARCHAR) || ' "' || said || '"')
-- fires: value >= 1
-- severity: 1
-- text: Features of another plan they wrote about: {value}, such as {first}; {quote}
-- needs: accounts, subscriptions, features, text_scores
SELECT s.account_id, f.feature, f.title, t.text_id, t.said_on, t.text AS said, t.source_table, t.source_id,
       t.source_file, t.source_line
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
JOIN text_scores AS t ON t.account_id = s.account_id AND t.said_on > s.as_of - 180 AND t.said_on <= s.as_of
JOIN (
  SELECT feature, max(title) AS title
  FROM features
  GROUP BY feature
  HAVING count(*) = count(plan) AND length(max(title)) >= 4
) AS f ON strpos(lower(t.text), lower(f.title)) > 0
WHERE NOT EXISTS (
  SELECT 1
  FROM features AS e
  JOIN subscriptions_in_force AS v ON v.plan = e.plan
  WHERE e.feature = f.feature AND v.account_id = s.account_id
) AND EXISTS (SELECT 1 FROM subscriptions_in_force AS w WHERE w.account_id = s.account_id AND w.plan IS NOT NULL)
