-- The facts that messages about a visit would contain now.
SELECT a.lang, a.start_at, a.reference, s.name AS service, b.name AS branch, b.short_name AS branch_sms, b.zone, d.slug AS department
FROM appointments a
JOIN services s ON s.id = a.service_id
JOIN departments d ON d.id = s.department_id
JOIN branches b ON b.id = a.branch_id
WHERE a.reference = $1
