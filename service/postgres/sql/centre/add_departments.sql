-- Adds departments: a list of rows, with the columns of the table.
INSERT INTO departments (slug, name, standing)
SELECT v.slug, v.name, v.standing
FROM jsonb_array_elements($1) WITH ORDINALITY AS item (e, n)
CROSS JOIN LATERAL jsonb_populate_record(NULL::departments, e) AS v
ORDER BY n
