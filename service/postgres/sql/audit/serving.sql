-- The role of this session, and whether it could change entries of the log.
SELECT current_user AS role,
       pg_has_role(c.relowner, 'MEMBER') OR has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') AS can_rewrite
FROM pg_class c
WHERE c.oid = 'audit_log'::regclass
