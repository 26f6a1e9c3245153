-- The ids of at most $4 visits with one of the mobiles ($1) or of a person with a proved
-- identity ($2, null for none) that start at or after $3, the last first. Two searches, so
-- that each has its index.
SELECT id
FROM (
    SELECT id, start_at FROM appointments WHERE mobile = ANY ($1::text[]) AND reference IS NOT NULL AND start_at >= $3
    UNION
    SELECT id, start_at FROM appointments WHERE person = $2::uuid AND reference IS NOT NULL AND start_at >= $3
) AS own
ORDER BY start_at DESC
LIMIT $4
