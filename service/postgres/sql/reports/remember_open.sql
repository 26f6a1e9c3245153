-- Keeps the open minutes of dates without a ledger day.
INSERT INTO idle_days (branch_id, desk_group_id, day, open_ticks)
SELECT g.branch_id, g.id, t.day, t.ticks
FROM unnest($1::text[], $2::date[], $3::integer[]) AS t (desk_group, day, ticks)
JOIN desk_groups g ON g.slug = t.desk_group
WHERE NOT EXISTS (SELECT FROM ledger_days l WHERE (l.branch_id, l.desk_group_id, l.day) = (g.branch_id, g.id, t.day))
ORDER BY g.branch_id, g.id, t.day
ON CONFLICT DO NOTHING
