-- Adds a desk group and its services. An existing one stays as it is.
WITH added AS (
    INSERT INTO desk_groups (slug, branch_id, department_id, name, plan, holiday_list)
    SELECT $1, b.id, d.id, $4, $5, $6
    FROM branches b
    CROSS JOIN departments d
    WHERE b.slug = $2 AND d.slug = $3
    ON CONFLICT (slug) DO NOTHING
    RETURNING id, branch_id
)
INSERT INTO desk_group_services (branch_id, service_id, desk_group_id)
SELECT added.branch_id, s.id, added.id
FROM added
JOIN services s ON s.slug = ANY ($7::text[])
ON CONFLICT DO NOTHING
