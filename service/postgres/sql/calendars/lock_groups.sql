-- Locks desk groups for a change of their calendars: one by its slug ($1), or those that
-- share a list of holidays ($2). Statements that open a ledger day wait for the lock
-- (ledger/open_day.sql).
SELECT g.id, g.calendar_version
FROM desk_groups g
WHERE g.slug = $1 OR g.holiday_list = $2
ORDER BY g.branch_id, g.id
FOR NO KEY UPDATE
