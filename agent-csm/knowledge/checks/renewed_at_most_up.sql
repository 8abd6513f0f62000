-- check: renewed_at_most_up
-- title: No more is renewed than was up
-- says: Of every decision, what was renewed lies between nothing and what was up; a decision is renewed, contracted or lost.
-- guards: renewal_rate, atr, save_rate
-- needs: renewal_decisions
SELECT account_id, subscription_id, decision_on, atr_minor, renewed_minor, outcome
FROM renewal_decisions
WHERE renewed_minor < 0 OR renewed_minor > atr_minor OR atr_minor <= 0 OR outcome NOT IN ('renewed', 'contracted', 'lost')
