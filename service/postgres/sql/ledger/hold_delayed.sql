-- Turns a delayed place into a hold; the ledger counts it before and after. No
-- row: it is delayed no more.
WITH kept AS (
    DELETE FROM delayed_places
    WHERE id = $1
    RETURNING branch_id, desk_group_id, day, first_tick, ticks, places, service_id, start_at, end_at
)
INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
                          start_at, end_at, party, channel, created_at, expires_at)
SELECT branch_id, $2::uuid, 'held', service_id, desk_group_id, day, first_tick, ticks, places,
       start_at, end_at, $3::smallint, $4::text, $5::timestamptz, $6::timestamptz
FROM kept
