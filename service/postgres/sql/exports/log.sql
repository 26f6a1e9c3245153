-- The next $2 entries of the log of staff after $1, the oldest first.
SELECT l.id, l.at, l.actor, l.action, l.subject, d.slug AS department, b.slug AS branch,
       l.before, l.after, l.reason, l.request_id
FROM audit_log l
LEFT JOIN departments d ON d.id = l.department_id
LEFT JOIN branches b ON b.id = l.branch_id
WHERE l.id > $1
ORDER BY l.id
LIMIT $2
