-- The ids of at most $3 visits with a mobile ($1) that start at or after $2, the last first.
SELECT id
FROM appointments
WHERE mobile = $1 AND reference IS NOT NULL AND start_at >= $2
ORDER BY start_at DESC
LIMIT $3
