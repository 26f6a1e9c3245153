-- The hold-back of a service for its channels, locked for a change.
SELECT s.hold_back, d.slug AS department
FROM services s
JOIN departments d ON d.id = s.department_id
WHERE s.slug = $1
FOR NO KEY UPDATE OF s
