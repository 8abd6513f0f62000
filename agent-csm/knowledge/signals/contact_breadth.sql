-- signal: contact_breadth
-- title: People in touch with us
-- says: Distinct people at the account in two-way contact with us in 90 days; fires where it is half or less of the 90 days
--   before, with three people or more then.
-- kind: risk
-- dimension: engagement
-- value: CAST(coalesce(sum(recent), 0) AS BIGINT)
-- n: CAST(coalesce(sum(before), 0) AS BIGINT)
-- unit: count
-- window: 180 days
-- let: people = CASE WHEN coalesce(sum(recent), 0) = 0 THEN 'Nobody' WHEN sum(recent) = 1 THEN 'One person' ELSE CAST(sum(recent) AS VARCHAR) || ' people' END
-- fires: 2 * value <= n AND n >= 3
-- severity: 1
-- text: {people} in contact with us in 90 days, after {n} in the 90 days before
-- needs: accounts, subscriptions, interactions
-- needs_column: interactions.contact_id
SELECT s.account_id, i.contact_id, i.last_contact_on, i.recent, i.before
FROM snapshot AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
LEFT JOIN (
  SELECT account_id, contact_id, max(occurred_on) AS last_contact_on,
         max(CASE WHEN days_ago < 90 THEN 1 ELSE 0 END) AS recent,
         max(CASE WHEN days_ago >= 90 THEN 1 ELSE 0 END) AS before
  FROM two_way_touches
  WHERE contact_id IS NOT NULL AND days_ago < 180
  GROUP BY account_id, contact_id
) AS i ON i.account_id = s.account_id
