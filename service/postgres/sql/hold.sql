-- Takes a place and records the hold, when every tick of it has room for the
-- channel. Two requests for the last place meet at the row lock; the second
-- sees the first one's used[] and takes nothing.
WITH taken AS (
    UPDATE ledger_days
    SET version = version + 1,
        used[$4 - first_tick + 1 : $4 - first_tick + $5] = (
            SELECT array_agg((u + $6)::smallint ORDER BY i)
            FROM unnest(used[$4 - first_tick + 1 : $4 - first_tick + $5]) WITH ORDINALITY AS t (u, i))
    WHERE branch_id = $1 AND desk_group_id = $2 AND day = $3
      AND $4 >= first_tick AND $4 + $5 <= first_tick + cardinality(open)
      AND NOT EXISTS (
            SELECT FROM unnest(open[$4 - first_tick + 1 : $4 - first_tick + $5],
                               used[$4 - first_tick + 1 : $4 - first_tick + $5],
                               $7::smallint[]) AS t (o, u, held)
            WHERE u + $6 > o - coalesce(held, o))
    RETURNING branch_id, desk_group_id, day
), held AS (
    INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
                              start_at, end_at, party, channel, created_at, expires_at, needs)
    SELECT t.branch_id, $8::uuid, 'held', (SELECT s.id FROM services s WHERE s.slug = $9), t.desk_group_id, t.day, $4, $5, $6,
           $10::timestamptz, $11::timestamptz, $12::smallint, $13::text, $14::timestamptz, $15::timestamptz,
           $16::text[]
    FROM taken t
)
SELECT count(*) = 1 AS taken,
       EXISTS (SELECT FROM ledger_days WHERE branch_id = $1 AND desk_group_id = $2 AND day = $3) AS opened
FROM taken
