-- Open time on the dates $1 to $2 as far as it is known, in ticks summed over places:
-- from the ledger, and from what is kept of dates without a ledger day.
SELECT g.slug AS desk_group, l.day, (SELECT coalesce(sum(places), 0) FROM unnest(l.open) AS places) AS ticks
FROM desk_groups g
JOIN ledger_days l ON (l.branch_id, l.desk_group_id) = (g.branch_id, g.id) AND l.day BETWEEN $1 AND $2
UNION ALL
SELECT g.slug, i.day, i.open_ticks
FROM desk_groups g
JOIN idle_days i ON (i.branch_id, i.desk_group_id) = (g.branch_id, g.id) AND i.day BETWEEN $1 AND $2
WHERE NOT EXISTS (SELECT FROM ledger_days l WHERE (l.branch_id, l.desk_group_id, l.day) = (i.branch_id, i.desk_group_id, i.day))
