SELECT s.*, d.slug AS department
FROM services s
JOIN departments d ON d.id = s.department_id
ORDER BY s.id
