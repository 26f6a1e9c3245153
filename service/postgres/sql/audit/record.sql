-- Adds an entry to the audit log. $5 and $6 are slugs, or null.
INSERT INTO audit_log (at, actor, action, subject, department_id, branch_id, before, after, reason, request_id)
VALUES ($1, $2, $3, $4, (SELECT id FROM departments WHERE slug = $5), (SELECT id FROM branches WHERE slug = $6), $7, $8, $9, $10)
