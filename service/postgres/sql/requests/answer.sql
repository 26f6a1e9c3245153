-- Writes the new state of a request, with its history and the message to the visitor ($17,
-- null for none). The ledger is up to date already.
WITH answered AS (
    UPDATE appointments
    SET status = $2, answer_by = $3, version = $4,
        desk_group_id = $5, day = $6, first_tick = $7, ticks = $8, places = $9, start_at = $10, end_at = $11,
        person_place = CASE WHEN $2 <> 'declined' THEN person_place END
    WHERE id = $1
    RETURNING branch_id, id, lang, version
), event AS (
    INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor, reason)
    SELECT branch_id, id, $12, $13::timestamptz, $14::timestamptz, version, $15, $16 FROM answered
), supported AS ( -- an accepted proposal has a place in the ledger
    DELETE FROM unsupported_visits WHERE appointment_id = $1 AND $12 = 'accepted'
)
INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
SELECT $17::text, branch_id, id, version, lang, $13, $13, $18::timestamptz
FROM answered
WHERE $17 IS NOT NULL
