-- Keeps the answer of the visitor of $1, in place of an earlier one. Only for a visit that
-- is completed, maybe before its start, or has begun and was not cancelled or missed.
INSERT INTO survey_answers AS s (branch_id, appointment_id, satisfaction, resolved, comment, lang, answered_at, changed_at)
SELECT a.branch_id, a.id, $2::smallint, $3::boolean, $4::text, $5::text, $6::timestamptz, $6::timestamptz
FROM appointments a
WHERE a.reference = $1 AND (a.status = 'completed' OR a.status = 'booked' AND a.start_at <= $6)
ON CONFLICT (appointment_id, branch_id) DO UPDATE
SET satisfaction = excluded.satisfaction, resolved = excluded.resolved, comment = excluded.comment,
    lang = excluded.lang, changed_at = excluded.changed_at
