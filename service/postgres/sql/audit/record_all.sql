-- Adds entries to the audit log, which dates them: a list of rows, with the columns of the table, but
-- with the slugs of department and branch, or null.
INSERT INTO audit_log (actor, action, subject, department_id, branch_id, before, after, reason, request_id)
SELECT v.actor, v.action, v.subject,
       (SELECT d.id FROM departments d WHERE d.slug = e ->> 'department'),
       (SELECT b.id FROM branches b WHERE b.slug = e ->> 'branch'),
       v.before, v.after, v.reason, v.request_id
FROM jsonb_array_elements($1) WITH ORDINALITY AS item (e, n)
CROSS JOIN LATERAL jsonb_populate_record(NULL::audit_log, e) AS v
ORDER BY n
