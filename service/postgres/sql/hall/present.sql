-- The visitors in the hall of a branch on a day.
SELECT *
FROM hall_visitors
WHERE id = ANY (ARRAY(
    SELECT appointment_id
    FROM arrivals
    WHERE branch_id = $1 AND day = $2 AND state IN ('waiting', 'called', 'serving')))
  AND branch_id = $1 AND state IN ('waiting', 'called', 'serving')
