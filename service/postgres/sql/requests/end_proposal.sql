-- Ends the hold of the proposal for a request, if it still exists (see the index
-- appointments_one_proposal).
UPDATE appointments
SET status = 'released'
WHERE proposed_to = $1 AND status NOT IN ('released', 'expired')
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
