-- Webhooks that are not removed, the newest first: of departments ($1), or all when it is
-- NULL. $2 limits them to a department. $3 and $4 are the last of the page before.
SELECT w.id, w.name, w.url, w.events, w.state, w.created_at, w.created_by, w.former_until, w.failing_since, w.ended_at, w.ended_why,
       d.slug AS department
FROM webhooks w
LEFT JOIN departments d ON d.id = w.department_id
WHERE w.state <> 'removed'
  AND (d.slug = ANY ($1) OR $1::text[] IS NULL)
  AND (d.slug = $2 OR $2::text IS NULL)
  AND (w.created_at, w.id) < ($3::timestamptz, $4::uuid)
ORDER BY w.created_at DESC, w.id DESC
LIMIT $5
