-- derived: nps_latest
-- title: Latest NPS answer per contact in 365 days
-- says: On the scale up to 10. Answers without a contact stand for themselves.
-- needs: survey_responses, session_params
SELECT response_id, account_id, contact_id, score, comment, responded_at,
       CASE WHEN score >= 9 THEN 1 ELSE 0 END AS promoter,
       CASE WHEN score <= 6 THEN 1 ELSE 0 END AS detractor
FROM (
  SELECT r.*, row_number() OVER (PARTITION BY coalesce(r.contact_id, r.response_id)
                                 ORDER BY r.responded_at DESC, r.response_id DESC) AS place
  FROM survey_responses AS r
  CROSS JOIN session_params AS p
  WHERE r.kind = 'nps' AND r.scale_max = 10
    AND CAST(r.responded_at AS DATE) > p.as_of - 365 AND CAST(r.responded_at AS DATE) <= p.as_of
) AS answers
WHERE place = 1
