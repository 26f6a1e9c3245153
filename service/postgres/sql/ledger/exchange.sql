-- Gives places back to the ledger, and takes others, which have a negative number of places.
-- The days are locked already (holds/lock_days.sql), so the caller knows that they have
-- room. Where an entry of the waitlist waits for a day that gets places, the desk group is
-- marked to be checked.
WITH exchanged AS (
    SELECT *
    FROM unnest($1::smallint[], $2::integer[], $3::date[], $4::smallint[], $5::smallint[], $6::smallint[])
        AS t (branch_id, desk_group_id, day, first_tick, ticks, places)
), marked AS (
    INSERT INTO waitlist_marks (desk_group_id)
    SELECT DISTINCT g.desk_group_id
    FROM exchanged g
    WHERE g.places > 0 AND EXISTS (
        SELECT
        FROM desk_group_services gs
        JOIN waitlist_entries e ON (e.branch_id, e.service_id) = (gs.branch_id, gs.service_id)
        WHERE (gs.branch_id, gs.desk_group_id) = (g.branch_id, g.desk_group_id)
          AND e.state = 'waiting' AND g.day BETWEEN e.from_day - 1 AND e.to_day)
)
UPDATE ledger_days l
SET version = version + 1,
    used = (
        SELECT array_agg((u - coalesce(back.places, 0))::smallint ORDER BY i)
        FROM unnest(l.used) WITH ORDINALITY AS t (u, i)
        LEFT JOIN (
            SELECT tick, sum(g.places) AS places
            FROM exchanged g
            CROSS JOIN LATERAL generate_series(g.first_tick, g.first_tick + g.ticks - 1) AS tick
            WHERE (g.branch_id, g.desk_group_id, g.day) = (l.branch_id, l.desk_group_id, l.day)
            GROUP BY tick) AS back ON back.tick = l.first_tick + i - 1)
WHERE (l.branch_id, l.desk_group_id, l.day) IN (SELECT g.branch_id, g.desk_group_id, g.day FROM exchanged g)
