-- Records until when ($4) a visitor is away; null for no longer.
WITH back AS (
    DELETE FROM visitors_away
    WHERE appointment_id = $1 AND branch_id = $2 AND $4::timestamptz IS NULL
)
INSERT INTO visitors_away (branch_id, appointment_id, start_version, until, told_at)
SELECT $2::smallint, $1::uuid, $3::integer, $4, $5::timestamptz
WHERE $4 IS NOT NULL
ON CONFLICT (appointment_id, branch_id) DO UPDATE
SET start_version = excluded.start_version, until = excluded.until, told_at = excluded.told_at
