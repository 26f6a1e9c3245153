-- The desks of a branch. Names that are numbers are in numerical order.
SELECT name, desk_group_id, accessible
FROM desks
WHERE branch_id = $1
ORDER BY length(name), name
