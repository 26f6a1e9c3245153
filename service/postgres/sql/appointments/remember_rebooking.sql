-- Keeps what the person of an appointment has given up of its service. It is
-- their turn (appointments/lock.sql), so nothing happened since it was read.
INSERT INTO rebookings (person, service_id, given_up, paused_until, forget_at)
SELECT person, service_id, $2::timestamptz[], $3::timestamptz, $4::timestamptz
FROM appointments
WHERE id = $1
ON CONFLICT (person, service_id) DO UPDATE
SET given_up = EXCLUDED.given_up, paused_until = EXCLUDED.paused_until, forget_at = EXCLUDED.forget_at
