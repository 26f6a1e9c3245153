-- One feed, by its id ($1) or by the hash of the token in its address ($2), with the desk
-- groups whose visits it shows.
SELECT f.id, f.name, f.lang, f.created_at, f.created_by, f.revoked_at, f.confirmed_at,
       d.slug AS department, d.name AS department_name, g.slug AS desk_group, b.slug AS branch,
       ARRAY(
           SELECT o.id
           FROM desk_groups o
           WHERE o.id = f.desk_group_id OR f.desk_group_id IS NULL AND o.department_id = f.department_id
           ORDER BY o.id) AS desk_groups
FROM feeds f
JOIN departments d ON d.id = f.department_id
LEFT JOIN desk_groups g ON g.id = f.desk_group_id
LEFT JOIN branches b ON b.id = g.branch_id
WHERE f.id = $1 OR f.token = $2
