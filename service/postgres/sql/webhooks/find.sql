-- One webhook, removed or not.
SELECT w.id, w.name, w.url, w.events, w.state, w.created_at, w.created_by, w.former_until, w.failing_since, w.ended_at, w.ended_why,
       d.slug AS department
FROM webhooks w
LEFT JOIN departments d ON d.id = w.department_id
WHERE w.id = $1
