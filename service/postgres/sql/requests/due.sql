-- Requests whose time for an answer is over, the earliest first.
SELECT reference
FROM appointments
WHERE status = 'requested' AND answer_by <= $1
ORDER BY answer_by
LIMIT $2
