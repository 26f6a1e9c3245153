-- Locks desk groups for a change of their calendars, in the order of their ledger days.
SELECT g.id, g.calendar_version
FROM desk_groups g
WHERE g.id = ANY ($1::integer[])
ORDER BY g.branch_id, g.id
FOR NO KEY UPDATE
