-- Moves a booked visit to its new place, with its history, the member of staff ($11) and the
-- reason ($12) where staff did it, and the message to the visitor ($13, null for none). The
-- ledger is up to date already.
WITH moved AS (
    UPDATE appointments
    SET desk_group_id = $3, day = $4, first_tick = $5, ticks = $6, places = $7,
        start_at = $8, end_at = $9, version = $10
    WHERE id = $1
    RETURNING branch_id, id, lang, start_at, version
), event AS (
    INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor, reason)
    SELECT branch_id, id, 'moved', $2::timestamptz, start_at, version, $11, $12 FROM moved
), supported AS (
    DELETE FROM unsupported_visits WHERE appointment_id = $1
)
INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
SELECT $13::text, branch_id, id, version, lang, $2, $2, $14::timestamptz
FROM moved
WHERE $13 IS NOT NULL
