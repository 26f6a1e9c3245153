-- Ends a hold on behalf of its owner. For IS NOT DISTINCT FROM see appointments/book.sql.
UPDATE appointments
SET status = 'released'
WHERE id = $1 AND status IS NOT DISTINCT FROM 'held'
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
