-- As appointments/close.sql, for one person and one mobile ($4, null for none) with which
-- another visit is wanted now: it waits for statements that are closing their visits.
UPDATE appointments
SET person_place = NULL
WHERE id = ANY (ARRAY(
    SELECT id
    FROM appointments
    WHERE person_place IS NOT NULL AND end_at <= $1
      AND (person = $3 OR mobile = ANY ($4::text[]) AND mobile_place IS NOT NULL)
    ORDER BY end_at, id
    LIMIT $2
    FOR NO KEY UPDATE))
