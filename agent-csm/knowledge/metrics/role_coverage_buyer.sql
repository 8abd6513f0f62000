-- metric: role_coverage_buyer
-- title: Accounts with an economic buyer
-- says: Share of managed accounts with a contact named as economic buyer who has not left.
-- population: managed
-- value: 100.0 * sum(CASE WHEN buyers > 0 THEN 1 ELSE 0 END) / nullif(count(*), 0)
-- unit: percent
-- plausible: >= 0, <= 100
-- needs: accounts, subscriptions, contacts
-- needs_column: contacts.role
SELECT account_id, buyers, champions, admins FROM contact_roles
