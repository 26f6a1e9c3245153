-- Ends those of the given holds that still exist. Their places go back with
-- ledger/exchange.sql.
UPDATE appointments
SET status = 'released'
WHERE id = ANY ($1::uuid[]) AND status IS NOT DISTINCT FROM 'held'
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
