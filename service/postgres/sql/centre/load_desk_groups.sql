-- Desk groups with their plans and their services.
SELECT g.id, g.slug, g.branch_id, b.slug AS branch, b.zone, d.slug AS department, g.name, g.plan,
       g.holiday_list, g.calendar_version, g.standing,
       ARRAY(
           SELECT s.slug
           FROM desk_group_services gs
           JOIN services s ON s.id = gs.service_id
           WHERE (gs.branch_id, gs.desk_group_id) = (g.branch_id, g.id)
           ORDER BY s.id) AS services
FROM desk_groups g
JOIN branches b ON b.id = g.branch_id
JOIN departments d ON d.id = g.department_id
ORDER BY g.id
