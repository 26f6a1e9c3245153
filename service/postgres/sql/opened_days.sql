-- The dates from $3 on that have a ledger row, of several desk groups. What
-- opens a date waits for the lock on its desk group.
SELECT l.branch_id, l.desk_group_id, l.day
FROM unnest($1::smallint[], $2::integer[], $3::date[]) AS g (branch_id, desk_group_id, first_day)
JOIN ledger_days l ON (l.branch_id, l.desk_group_id) = (g.branch_id, g.desk_group_id) AND l.day >= g.first_day
ORDER BY l.branch_id, l.desk_group_id, l.day
