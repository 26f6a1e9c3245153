-- Entries that have no seal although a later one of an hour ago has, at most $1.
SELECT l.id
FROM audit_log l
WHERE l.id < (
        SELECT s.entry
        FROM audit_seals s
        JOIN audit_log sealed ON sealed.id = s.entry
        WHERE sealed.at < now() - interval '1 hour'
        ORDER BY s.entry DESC
        LIMIT 1)
  AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry = l.id)
ORDER BY l.id
LIMIT $1
