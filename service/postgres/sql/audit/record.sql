-- Adds an entry to the audit log, which dates it. $4 and $5 are slugs, or null.
INSERT INTO audit_log (actor, action, subject, department_id, branch_id, before, after, reason, request_id)
VALUES ($1, $2, $3, (SELECT id FROM departments WHERE slug = $4), (SELECT id FROM branches WHERE slug = $5), $6, $7, $8, $9)
