-- Gives a desk group that has no desks its desks, with the next numbers of its branch.
INSERT INTO desks (branch_id, desk_group_id, name, accessible)
SELECT g.branch_id, g.id, ((SELECT count(*) FROM desks d WHERE d.branch_id = g.branch_id) + n)::text, n = 1
FROM desk_groups g
CROSS JOIN generate_series(1, $2::integer) AS n
WHERE g.slug = $1 AND NOT EXISTS (SELECT FROM desks d WHERE d.desk_group_id = g.id)
ON CONFLICT DO NOTHING
