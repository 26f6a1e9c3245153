-- The pending visits of a change, the oldest first.
SELECT appointment_id
FROM change_visits
WHERE change_id = $1 AND state = 'pending'
ORDER BY booked_at, appointment_id
LIMIT $2
