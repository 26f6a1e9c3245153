-- Visits that are over stop counting towards the limit of their person. Rows that other
-- sweepers have locked are skipped.
UPDATE appointments
SET person_place = NULL
WHERE id = ANY (ARRAY(
    SELECT id
    FROM appointments
    WHERE person_place IS NOT NULL AND end_at <= $1
    ORDER BY end_at
    LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED))
