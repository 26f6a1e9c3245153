-- Changes departments: a list of rows, with the columns of the table.
UPDATE departments t
SET name = v.name, standing = v.standing
FROM jsonb_array_elements($1) AS e
CROSS JOIN LATERAL jsonb_populate_record(NULL::departments, e) AS v
WHERE t.slug = v.slug
