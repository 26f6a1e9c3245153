-- Ends holds that ran out, oldest first. Other sweepers and bookings in
-- progress are passed by.
UPDATE appointments
SET status = 'expired'
WHERE id = ANY (ARRAY(
    SELECT id
    FROM appointments
    WHERE status = 'held' AND expires_at <= $1
    ORDER BY expires_at
    LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED))
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
