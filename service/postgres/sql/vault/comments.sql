-- As vault/visits.sql, comments of visitors, which are sealed for the reference of the visit.
SELECT s.appointment_id AS id, a.reference AS place, s.comment AS visitor_name
FROM survey_answers s
JOIN appointments a ON (a.id, a.branch_id) = (s.appointment_id, s.branch_id)
WHERE s.appointment_id > $1::uuid AND left(s.comment, 9) <> $2
ORDER BY s.appointment_id
LIMIT $3
FOR NO KEY UPDATE OF s SKIP LOCKED
