-- Adds a desk, or changes it, unless its name is that of another desk group's.
INSERT INTO desks (branch_id, desk_group_id, name, accessible)
VALUES ($1, $2, $3, $4)
ON CONFLICT (branch_id, name) DO UPDATE SET accessible = excluded.accessible
WHERE desks.desk_group_id = excluded.desk_group_id
