INSERT INTO desks (branch_id, desk_group_id, name, accessible)
SELECT $1, $2, d.name, d.accessible
FROM unnest($3::text[], $4::boolean[]) AS d (name, accessible)
