-- The visits that a change has not come to yet, the oldest first.
SELECT appointment_id
FROM change_visits
WHERE change_id = $1 AND state = 'pending'
ORDER BY booked_at, appointment_id
LIMIT $2
