-- Ends a standing hold that its owner gives back.
UPDATE appointments
SET status = 'released'
WHERE id = $1 AND status = 'held'
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
