-- Visits after $1 whose visitors have been asked to choose, and whose places exist again.
-- All are of one change. A change of the centre itself takes no place.
SELECT v.change_id, v.appointment_id
FROM (
    SELECT w.change_id
    FROM change_visits w
    WHERE w.state = 'waiting' AND w.start_at > $1
      AND NOT EXISTS (SELECT FROM changes c WHERE c.id = w.change_id AND c.edit ? 'centre')
      AND NOT EXISTS (SELECT FROM unsupported_visits u WHERE u.appointment_id = w.appointment_id)
    ORDER BY w.start_at
    LIMIT 1) AS c
JOIN change_visits v ON v.change_id = c.change_id
WHERE v.state = 'waiting' AND v.start_at > $1
  AND NOT EXISTS (SELECT FROM unsupported_visits u WHERE u.appointment_id = v.appointment_id)
ORDER BY v.start_at, v.appointment_id
LIMIT $2
