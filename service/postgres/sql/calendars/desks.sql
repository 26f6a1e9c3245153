-- The desks of a branch: those that are numbers by their number.
SELECT name, desk_group_id, accessible
FROM desks
WHERE branch_id = $1
ORDER BY length(name), name
