-- check: contact_is_one
-- title: Whoever is in contact is so everywhere
-- says: A managed account is counted as in two-way contact in 90 days exactly if its days since the last two-way contact,
--   as the signal has them, are fewer than 90; and nobody has a day of last contact on the stakeholder map that no such
--   contact bears out.
-- guards: touch_coverage, multithreading_median
-- needs: account_status, two_way_touches, signal_readings, stakeholders
SELECT a.account_id, t.touches, r.value AS days_since, CAST(NULL AS VARCHAR) AS contact_id
FROM account_status AS a
JOIN signal_readings AS r ON r.account_id = a.account_id AND r.signal = 'no_recent_contact' AND r.n > 0
LEFT JOIN (SELECT account_id, count(*) AS touches FROM two_way_touches WHERE days_ago < 90 GROUP BY account_id) AS t
  ON t.account_id = a.account_id
WHERE a.status = 'managed' AND (coalesce(t.touches, 0) > 0) <> (r.value < 90)
UNION ALL
SELECT s.account_id, CAST(NULL AS BIGINT) AS touches, CAST(NULL AS DOUBLE) AS days_since, s.contact_id
FROM stakeholders AS s
LEFT JOIN (
  SELECT account_id, contact_id, max(occurred_on) AS last_on FROM two_way_touches GROUP BY account_id, contact_id
) AS t ON t.account_id = s.account_id AND t.contact_id = s.contact_id AND t.last_on = s.last_contact_on
WHERE s.last_contact_on IS NOT NULL AND t.account_id IS NULL
