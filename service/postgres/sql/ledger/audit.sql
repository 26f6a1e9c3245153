-- Differences between the ledger and the holds, requests, visits (over or not) and delayed
-- places that it should count.
WITH claimed AS (
    SELECT a.branch_id, a.desk_group_id, a.day, t.tick, sum(a.places) AS places
    FROM (
        SELECT branch_id, desk_group_id, day, first_tick, ticks, places FROM appointments WHERE status IN ('held', 'requested', 'booked', 'completed', 'no_show')
        UNION ALL
        SELECT branch_id, desk_group_id, day, first_tick, ticks, places FROM delayed_places
    ) AS a
    CROSS JOIN LATERAL generate_series(a.first_tick, a.first_tick + a.ticks - 1) AS t (tick)
    GROUP BY a.branch_id, a.desk_group_id, a.day, t.tick
), ledger AS (
    SELECT l.branch_id, l.desk_group_id, l.day, l.first_tick + t.i - 1 AS tick, t.u AS places
    FROM ledger_days l
    CROSS JOIN LATERAL unnest(l.used) WITH ORDINALITY AS t (u, i)
)
SELECT g.slug AS desk_group, d.day, d.tick, d.used, d.claimed
FROM (
    SELECT branch_id, desk_group_id, day, tick, coalesce(ledger.places, 0) AS used, coalesce(claimed.places, 0) AS claimed
    FROM ledger
    FULL JOIN claimed USING (branch_id, desk_group_id, day, tick)
    WHERE coalesce(ledger.places, 0) <> coalesce(claimed.places, 0)
) AS d
JOIN desk_groups g ON g.id = d.desk_group_id
ORDER BY g.slug, d.day, d.tick
