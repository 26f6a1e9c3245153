-- The calls of a branch on a day after a given call, the oldest first.
SELECT c.call, c.number, c.desk, c.at,
       r.state <> 'called' OR EXISTS (
           SELECT FROM hall_calls l
           WHERE l.appointment_id = c.appointment_id AND (l.branch_id, l.day) = (c.branch_id, c.day) AND l.call > c.call) AS done,
       EXISTS (
           SELECT FROM hall_calls e
           WHERE e.appointment_id = c.appointment_id AND (e.branch_id, e.day) = (c.branch_id, c.day) AND e.call < c.call) AS again
FROM hall_calls c
JOIN arrivals r ON (r.appointment_id, r.branch_id) = (c.appointment_id, c.branch_id)
WHERE c.branch_id = $1 AND c.day = $2 AND c.call > $3
ORDER BY c.call
LIMIT $4
