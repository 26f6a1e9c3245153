-- Ends overdue holds, the oldest first. Those that other sweepers and bookings in progress
-- have locked are skipped.
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
