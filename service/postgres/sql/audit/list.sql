-- A page of the audit log, the newest first. $1 to $3 filter it where they are not null, $4
-- by departments. A page has entries below $5. What was only shown is left out unless $3 asks
-- for it.
SELECT l.id, l.at, l.actor, l.action, l.subject, d.slug AS department, b.slug AS branch,
       l.before, l.after, l.reason, l.request_id
FROM audit_log l
LEFT JOIN departments d ON d.id = l.department_id
LEFT JOIN branches b ON b.id = l.branch_id
WHERE (l.subject = $1 OR $1::text IS NULL)
  AND (l.actor = $2 OR $2::text IS NULL)
  AND (l.action = $3 OR $3::text IS NULL AND l.action NOT IN ('read', 'search', 'for-users'))
  AND (l.department_id = ANY (ARRAY(SELECT id FROM departments WHERE slug = ANY ($4))) OR $4::text[] IS NULL)
  AND l.id < $5
ORDER BY l.id DESC
LIMIT $6
