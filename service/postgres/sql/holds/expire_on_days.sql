-- Ends the overdue holds on some ledger days, the oldest first. Its caller wants their
-- places, so it waits for other sweepers and for bookings in progress: a skipped hold that
-- is just being ended would make its place look taken. Every statement that waits for
-- several holds locks them in this order, before any ledger day.
UPDATE appointments
SET status = 'expired'
WHERE id = ANY (ARRAY(
    SELECT id
    FROM appointments
    WHERE status = 'held' AND expires_at <= $1
      AND (branch_id, desk_group_id, day) IN (SELECT * FROM unnest($3::smallint[], $4::integer[], $5::date[]))
    ORDER BY expires_at, id
    LIMIT $2
    FOR NO KEY UPDATE))
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
