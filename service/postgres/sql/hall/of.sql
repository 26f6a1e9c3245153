-- The visits with an identity number, the earliest first.
SELECT *
FROM hall_visits
WHERE id = ANY (ARRAY(
        SELECT id
        FROM appointments
        WHERE identity = ANY ($1::text[]) AND reference IS NOT NULL AND status IN ('booked', 'completed', 'no_show')
          AND start_at >= $2 AND start_at < $3
        ORDER BY start_at, id
        LIMIT $4))
ORDER BY start_at, id
