-- Feeds that are not revoked, the newest first: of departments ($1), or of desk groups at
-- branches ($2); all when both are NULL. $3 limits them to a department. $4 and $5 are the
-- last of the page before.
SELECT f.id, f.name, f.lang, f.created_at, f.created_by,
       d.slug AS department, d.name AS department_name, g.slug AS desk_group, b.slug AS branch
FROM feeds f
JOIN departments d ON d.id = f.department_id
LEFT JOIN desk_groups g ON g.id = f.desk_group_id
LEFT JOIN branches b ON b.id = g.branch_id
WHERE f.revoked_at IS NULL
  AND (d.slug = ANY ($1) OR b.slug = ANY ($2) OR $1::text[] IS NULL AND $2::text[] IS NULL)
  AND (d.slug = $3 OR $3::text IS NULL)
  AND (f.created_at, f.id) < ($4::timestamptz, $5::uuid)
ORDER BY f.created_at DESC, f.id DESC
LIMIT $6
