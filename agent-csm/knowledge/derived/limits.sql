-- derived: limits
-- title: Where signals fire
-- says: One row: each threshold of `[thresholds]` in csm.toml, else the value written here. A signal that reads one
--   names it, so that a team changes it without touching SQL.
-- needs: thresholds
SELECT
  -- usage, in percent of the account's own past, and days
  coalesce(max(CASE WHEN t.name = 'usage_decay' THEN t.value END), 60.0) AS usage_decay,
  coalesce(max(CASE WHEN t.name = 'usage_growth' THEN t.value END), 130.0) AS usage_growth,
  coalesce(max(CASE WHEN t.name = 'active_people' THEN t.value END), 70.0) AS active_people,
  coalesce(max(CASE WHEN t.name = 'active_days' THEN t.value END), 50.0) AS active_days,
  coalesce(max(CASE WHEN t.name = 'silent_days' THEN t.value END), 28.0) AS silent_days,
  -- errors per 100 uses
  coalesce(max(CASE WHEN t.name = 'errors_high' THEN t.value END), 20.0) AS errors_high,
  -- seats in use, in percent of those bought
  coalesce(max(CASE WHEN t.name = 'seats_low' THEN t.value END), 50.0) AS seats_low,
  coalesce(max(CASE WHEN t.name = 'seats_near_limit' THEN t.value END), 85.0) AS seats_near_limit,
  -- days without a two-way contact; days an answer to our mail takes
  coalesce(max(CASE WHEN t.name = 'no_contact_days' THEN t.value END), 60.0) AS no_contact_days,
  coalesce(max(CASE WHEN t.name = 'reply_lag_days' THEN t.value END), 14.0) AS reply_lag_days,
  -- good answers in percent; minutes to a first reply
  coalesce(max(CASE WHEN t.name = 'csat_low' THEN t.value END), 60.0) AS csat_low,
  coalesce(max(CASE WHEN t.name = 'first_reply_minutes' THEN t.value END), 240.0) AS first_reply_minutes,
  -- tickets in 90 days per 100 seats; days an urgent one may stay open; reopens in 90 days
  coalesce(max(CASE WHEN t.name = 'ticket_rate_high' THEN t.value END), 20.0) AS ticket_rate_high,
  coalesce(max(CASE WHEN t.name = 'urgent_open_days' THEN t.value END), 7.0) AS urgent_open_days,
  coalesce(max(CASE WHEN t.name = 'ticket_reopens' THEN t.value END), 2.0) AS ticket_reopens,
  -- days from the first paid day within which a core feature is to be used
  coalesce(max(CASE WHEN t.name = 'activation_days' THEN t.value END), 30.0) AS activation_days,
  -- days between paid terms, or that both run, that are neither a loss nor growth
  coalesce(max(CASE WHEN t.name = 'grace_days' THEN t.value END), 14.0) AS grace_days,
  -- accounts, and percent of those a cohort began with, with fewer of which a retention curve is not drawn
  coalesce(max(CASE WHEN t.name = 'cohort_least' THEN t.value END), 10.0) AS cohort_least,
  coalesce(max(CASE WHEN t.name = 'cohort_share_least' THEN t.value END), 100.0 / 3) AS cohort_share_least,
  -- days
  coalesce(max(CASE WHEN t.name = 'opt_out_days' THEN t.value END), 60.0) AS opt_out_days,
  coalesce(max(CASE WHEN t.name = 'invoice_late_days' THEN t.value END), 14.0) AS invoice_late_days,
  coalesce(max(CASE WHEN t.name = 'pays_late_days' THEN t.value END), 15.0) AS pays_late_days,
  -- head count per seat bought, from which an account has room to grow
  coalesce(max(CASE WHEN t.name = 'employees_per_seat' THEN t.value END), 4.0) AS employees_per_seat
FROM thresholds AS t
