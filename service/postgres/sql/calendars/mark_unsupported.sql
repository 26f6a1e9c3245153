-- Records which visits have lost their places since $3 ($1, with the branch in $2) and which
-- have places again ($4).
WITH regained AS (
    DELETE FROM unsupported_visits WHERE appointment_id = ANY ($4::uuid[])
)
INSERT INTO unsupported_visits (appointment_id, branch_id, since)
SELECT id, branch_id, $3
FROM unnest($1::uuid[], $2::smallint[]) AS lost (id, branch_id)
ON CONFLICT DO NOTHING
