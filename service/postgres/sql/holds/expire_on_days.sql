-- Ends the holds on some ledger days that ran out, oldest first. Whoever asks
-- wants their places, so it waits for other sweepers and for bookings in
-- progress: passing by a hold that is being ended would make its place look
-- taken. All who wait for several holds take them in this order, before any
-- ledger day.
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
