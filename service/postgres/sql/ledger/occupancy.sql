-- The ledger days of a desk group that exist in a range of dates, and the current version of
-- its calendar. Without any day, one row with null columns.
SELECT g.calendar_version AS current, l.day, l.first_tick, l.open, l.used, l.version
FROM desk_groups g
LEFT JOIN ledger_days l ON (l.branch_id, l.desk_group_id) = (g.branch_id, g.id) AND l.day BETWEEN $3 AND $4
WHERE g.branch_id = $1 AND g.id = $2
ORDER BY l.day
