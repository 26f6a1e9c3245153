-- Adds or changes desks, unless a desk of another desk group has the name: desk groups ($1), names
-- ($2), and whether they are accessible ($3).
INSERT INTO desks (branch_id, desk_group_id, name, accessible)
SELECT g.branch_id, g.id, named.name, named.accessible
FROM unnest($1::text[], $2::text[], $3::boolean[]) AS named (desk_group, name, accessible)
JOIN desk_groups g ON g.slug = named.desk_group
ON CONFLICT (branch_id, name) DO UPDATE SET accessible = excluded.accessible
WHERE desks.desk_group_id = excluded.desk_group_id
