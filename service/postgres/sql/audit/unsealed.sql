-- Entries without a seal, in the order of their ids, at most $1. An entry that is committed
-- late has a smaller id than some that are sealed, but no transaction takes an hour.
SELECT l.id, l.at, l.actor, l.action, l.subject, l.department_id, l.branch_id,
       l.before::text AS before, l.after::text AS after, l.reason, l.request_id
FROM audit_log l
WHERE l.id > coalesce((
        SELECT s.entry
        FROM audit_seals s
        JOIN audit_log sealed ON sealed.id = s.entry
        WHERE sealed.at < now() - interval '1 hour'
        ORDER BY s.entry DESC
        LIMIT 1), 0)
  AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry = l.id)
ORDER BY l.id
LIMIT $1
