-- Desk groups with their present plans: one by its slug ($1), or those that share a list of
-- holidays ($2), in the order of their ledger days.
SELECT g.id, g.slug, g.branch_id, b.slug AS branch, b.zone, d.slug AS department, g.name, g.plan,
       g.holiday_list, g.calendar_version,
       ARRAY(
           SELECT s.slug
           FROM desk_group_services gs
           JOIN services s ON s.id = gs.service_id
           WHERE (gs.branch_id, gs.desk_group_id) = (g.branch_id, g.id)
           ORDER BY s.id) AS services
FROM desk_groups g
JOIN branches b ON b.id = g.branch_id
JOIN departments d ON d.id = g.department_id
WHERE g.slug = $1 OR g.holiday_list = $2
ORDER BY g.branch_id, g.id
