-- Ends the hold of the proposal for a request, if it has one.
UPDATE appointments
SET status = 'released'
WHERE proposed_to = $1 AND status = 'held'
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
