-- What the visitor of a visit said of it.
SELECT s.satisfaction, s.resolved, s.comment, s.lang, s.answered_at, s.changed_at
FROM appointments a
JOIN survey_answers s ON (s.appointment_id, s.branch_id) = (a.id, a.branch_id)
WHERE a.reference = $1
