-- Takes a place when every tick of it has room for the channel (as holds/hold.sql
-- does), and the calendar by which it is sought ($8; 0 for any) still is that of
-- the day. No row: it has not.
UPDATE ledger_days
SET version = version + 1,
    used[$4 - first_tick + 1 : $4 - first_tick + $5] = (
        SELECT array_agg((u + $6)::smallint ORDER BY i)
        FROM unnest(used[$4 - first_tick + 1 : $4 - first_tick + $5]) WITH ORDINALITY AS t (u, i))
WHERE branch_id = $1 AND desk_group_id = $2 AND day = $3 AND ($8 = 0 OR calendar_version <= $8)
  AND $4 >= first_tick AND $4 + $5 <= first_tick + cardinality(open)
  AND NOT EXISTS (
        SELECT FROM unnest(open[$4 - first_tick + 1 : $4 - first_tick + $5],
                           used[$4 - first_tick + 1 : $4 - first_tick + $5],
                           $7::smallint[]) AS t (o, u, held)
        WHERE u + $6 > o - coalesce(held, o))
RETURNING version
