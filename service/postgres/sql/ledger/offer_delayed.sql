-- Ends the delay of places, the longest overdue first. They go back with
-- ledger/exchange.sql. Rows that another replica has locked are skipped.
DELETE FROM delayed_places
WHERE id = ANY (ARRAY(
    SELECT id
    FROM delayed_places
    WHERE release_at <= $1
    ORDER BY release_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED))
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
