-- The answer of the visitor to the survey about a visit.
SELECT s.satisfaction, s.resolved, s.comment, s.lang, s.answered_at, s.changed_at
FROM appointments a
JOIN survey_answers s ON (s.appointment_id, s.branch_id) = (a.id, a.branch_id)
WHERE a.reference = $1
