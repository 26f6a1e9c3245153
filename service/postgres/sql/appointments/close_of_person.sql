-- As appointments/close.sql, for one person who wants another visit now: it waits for
-- statements that are closing visits of the person.
UPDATE appointments
SET person_place = NULL
WHERE id = ANY (ARRAY(
    SELECT id
    FROM appointments
    WHERE person_place IS NOT NULL AND end_at <= $1 AND person = $3
    ORDER BY end_at, id
    LIMIT $2
    FOR NO KEY UPDATE))
