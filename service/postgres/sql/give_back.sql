-- Gives places back to the ledger. The days are locked already (lock_days.sql).
WITH given AS (
    SELECT *
    FROM unnest($1::smallint[], $2::integer[], $3::date[], $4::smallint[], $5::smallint[], $6::smallint[])
        AS t (branch_id, desk_group_id, day, first_tick, ticks, places)
)
UPDATE ledger_days l
SET version = version + 1,
    used = (
        SELECT array_agg((u - coalesce((
                SELECT sum(g.places)
                FROM given g
                WHERE (g.branch_id, g.desk_group_id, g.day) = (l.branch_id, l.desk_group_id, l.day)
                  AND l.first_tick + i - 1 >= g.first_tick
                  AND l.first_tick + i - 1 < g.first_tick + g.ticks), 0))::smallint ORDER BY i)
        FROM unnest(l.used) WITH ORDINALITY AS t (u, i))
WHERE (l.branch_id, l.desk_group_id, l.day) IN (SELECT g.branch_id, g.desk_group_id, g.day FROM given g)
