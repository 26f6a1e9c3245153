-- All visitors who are in any hall, on days from $1 on.
SELECT *
FROM hall_visitors
WHERE id = ANY (ARRAY(
    SELECT appointment_id
    FROM arrivals
    WHERE day >= $1 AND state IN ('waiting', 'called', 'serving')
    LIMIT 10000))
  AND state IN ('waiting', 'called', 'serving')
