-- Adds branches: a list of rows, with the columns of the table.
INSERT INTO branches (slug, name, short_name, city, address, zone, quiet_from, quiet_to, standing)
SELECT v.slug, v.name, v.short_name, v.city, v.address, v.zone, v.quiet_from, v.quiet_to, v.standing
FROM jsonb_array_elements($1) WITH ORDINALITY AS item (e, n)
CROSS JOIN LATERAL jsonb_populate_record(NULL::branches, e) AS v
ORDER BY n
