-- Feeds of a member of staff that are not revoked.
SELECT f.id, f.name, f.lang, f.created_at, f.created_by,
       d.slug AS department, d.name AS department_name, g.slug AS desk_group, b.slug AS branch
FROM feeds f
JOIN departments d ON d.id = f.department_id
LEFT JOIN desk_groups g ON g.id = f.desk_group_id
LEFT JOIN branches b ON b.id = g.branch_id
WHERE f.created_by = $1 AND f.revoked_at IS NULL
ORDER BY f.id
