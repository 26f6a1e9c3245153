-- Adds a webhook, of a department ($4) or of all (NULL), unless there are $9 already.
INSERT INTO webhooks (id, name, url, department_id, events, secret, created_at, created_by)
SELECT $1, $2, $3, (SELECT id FROM departments WHERE slug = $4), $5, $6, $7, $8
WHERE $9 > (SELECT count(*) FROM webhooks WHERE state <> 'removed')
