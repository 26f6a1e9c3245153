-- Adds desk groups without services: a list of rows, with the columns of the table.
INSERT INTO desk_groups (slug, branch_id, department_id, name, plan, holiday_list, standing)
SELECT v.slug, b.id, d.id, v.name, v.plan, v.holiday_list, v.standing
FROM jsonb_array_elements($1) WITH ORDINALITY AS item (e, n)
CROSS JOIN LATERAL jsonb_populate_record(NULL::desk_groups, e) AS v
JOIN branches b ON b.slug = e ->> 'branch'
JOIN departments d ON d.slug = e ->> 'department'
ORDER BY n
