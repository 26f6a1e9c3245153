-- Visits that are over stop counting towards the limit of their person; of
-- one person when $3 names them.
WITH ended AS MATERIALIZED (
    SELECT id, branch_id
    FROM appointments
    WHERE person_place IS NOT NULL AND end_at <= $1 AND ($3::uuid IS NULL OR person = $3)
    ORDER BY end_at
    LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE appointments a
SET person_place = NULL
FROM ended
WHERE (a.id, a.branch_id) = (ended.id, ended.branch_id)
