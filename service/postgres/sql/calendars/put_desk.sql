-- Adds or changes a desk, unless a desk of another desk group has its name.
INSERT INTO desks (branch_id, desk_group_id, name, accessible)
VALUES ($1, $2, $3, $4)
ON CONFLICT (branch_id, name) DO UPDATE SET accessible = excluded.accessible
WHERE desks.desk_group_id = excluded.desk_group_id
