-- Ends the holds of a draft, except those that are needed ($2). Their places go back with
-- ledger/exchange.sql.
UPDATE appointments
SET status = 'released'
WHERE id = ANY (ARRAY(
        SELECT v.hold_id
        FROM change_visits v
        WHERE v.change_id = $1 AND v.state = 'planned' AND v.hold_id IS NOT NULL AND v.hold_id <> ALL (coalesce($2::uuid[], '{}'))))
  AND status IS NOT DISTINCT FROM 'held' AND proposed_to IS NULL
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
