-- Keeps when the person of an appointment gave up visits to its service. It is the person's
-- turn (appointments/lock.sql), so nothing has changed since it was read.
INSERT INTO rebookings (person, service_id, given_up, paused_until, forget_at)
SELECT person, service_id, $2::timestamptz[], $3::timestamptz, $4::timestamptz
FROM appointments
WHERE id = $1
ON CONFLICT (person, service_id) DO UPDATE
SET given_up = EXCLUDED.given_up, paused_until = EXCLUDED.paused_until, forget_at = EXCLUDED.forget_at
