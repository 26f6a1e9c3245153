-- Visits and requests that start after $1 and are of one of the services ($2), at one of the branches
-- ($3) or of one of the desk groups ($4), by their starts.
SELECT a.id, a.reference, s.slug AS service, b.slug AS branch, g.slug AS desk_group, d.slug AS department, a.desk_group_id, a.day, a.start_at
FROM appointments a
JOIN services s ON s.id = a.service_id
JOIN branches b ON b.id = a.branch_id
JOIN desk_groups g ON (g.branch_id, g.id) = (a.branch_id, a.desk_group_id)
JOIN departments d ON d.id = g.department_id
WHERE a.status IN ('requested', 'booked') AND a.start_at > $1
  AND (s.slug = ANY ($2::text[]) OR b.slug = ANY ($3::text[]) OR g.slug = ANY ($4::text[]))
ORDER BY a.start_at, a.id
