-- Gives new desk groups ($1) desks, as many as is said at the same place ($2), with the next
-- numbers of their branch.
INSERT INTO desks (branch_id, desk_group_id, name, accessible)
SELECT g.branch_id, g.id, (last.number + row_number() OVER (PARTITION BY g.branch_id ORDER BY g.id, i))::text, i = 1
FROM unnest($1::text[], $2::integer[]) AS wanted (desk_group, desks)
JOIN desk_groups g ON g.slug = wanted.desk_group
CROSS JOIN LATERAL (
    SELECT coalesce(max(d.name::integer), 0) AS number FROM desks d WHERE d.branch_id = g.branch_id AND d.name ~ '^[0-9]{1,6}$') AS last
CROSS JOIN LATERAL generate_series(1, wanted.desks) AS i
