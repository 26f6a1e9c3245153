-- Records that the visitor confirms the start that they have seen, if the visit still has
-- that start and it is ahead. Confirming again changes nothing.
WITH visit AS (
    SELECT branch_id, id, version
    FROM appointments
    WHERE reference = $1 AND version = $2::integer AND status = 'booked' AND start_at > $3::timestamptz
), confirmed AS (
    INSERT INTO appointment_confirmations (branch_id, appointment_id, start_version, at)
    SELECT branch_id, id, version, $3 FROM visit
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM visit
