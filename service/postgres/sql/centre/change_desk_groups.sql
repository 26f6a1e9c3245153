-- Changes desk groups except their plans: a list of rows, with the columns of the table.
UPDATE desk_groups t
SET department_id = d.id, name = v.name, holiday_list = v.holiday_list, standing = v.standing
FROM jsonb_array_elements($1) AS e
CROSS JOIN LATERAL jsonb_populate_record(NULL::desk_groups, e) AS v
JOIN departments d ON d.slug = e ->> 'department'
WHERE t.slug = v.slug
