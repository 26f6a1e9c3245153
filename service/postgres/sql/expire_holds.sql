-- Ends holds that ran out, oldest first; on one ledger day when $3 to $5 name
-- it. Other sweepers and bookings in progress are passed by.
WITH overdue AS MATERIALIZED (
    SELECT id, branch_id
    FROM appointments
    WHERE status = 'held' AND expires_at <= $1
      AND ($3::smallint IS NULL OR (branch_id, desk_group_id, day) = ($3, $4::integer, $5::date))
    ORDER BY expires_at
    LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE appointments a
SET status = 'expired'
FROM overdue
WHERE (a.id, a.branch_id) = (overdue.id, overdue.branch_id)
RETURNING a.branch_id, a.desk_group_id, a.day, a.first_tick, a.ticks, a.places
