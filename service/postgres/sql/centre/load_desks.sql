-- The desks of all desk groups. Names that are numbers are in numerical order.
SELECT g.slug AS desk_group, d.name, d.accessible
FROM desks d
JOIN desk_groups g ON (g.branch_id, g.id) = (d.branch_id, d.desk_group_id)
ORDER BY length(d.name), d.name
