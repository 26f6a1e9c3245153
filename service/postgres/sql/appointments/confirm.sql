-- Records that the visitor confirms the start that they have seen, with its history, if the
-- visit still has that start and it is ahead. Confirming again changes nothing. The lock
-- makes entries of the history follow each other, as for all other changes.
WITH visit AS (
    SELECT branch_id, id, start_at, version
    FROM appointments
    WHERE reference = $1 AND version = $2::integer AND status = 'booked' AND start_at > $3::timestamptz
    FOR NO KEY UPDATE
), confirmed AS (
    INSERT INTO appointment_confirmations (branch_id, appointment_id, start_version, at)
    SELECT branch_id, id, version, $3 FROM visit
    ON CONFLICT DO NOTHING
    RETURNING branch_id, appointment_id
), event AS (
    INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
    SELECT v.branch_id, v.id, 'confirmed', $3, v.start_at, v.version
    FROM visit v
    JOIN confirmed c ON (c.appointment_id, c.branch_id) = (v.id, v.branch_id)
)
SELECT count(*) FROM visit
