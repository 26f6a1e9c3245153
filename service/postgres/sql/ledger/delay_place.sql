-- Keeps a place that a visit gives up from being offered until $2. The ledger goes on
-- counting it.
INSERT INTO delayed_places (branch_id, desk_group_id, day, first_tick, ticks, places, service_id, start_at, end_at, release_at)
SELECT branch_id, desk_group_id, day, first_tick, ticks, places, service_id, start_at, end_at, $2
FROM appointments
WHERE id = $1
