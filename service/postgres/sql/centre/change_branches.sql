-- Changes branches: a list of rows, with the columns of the table.
UPDATE branches t
SET name = v.name, short_name = v.short_name, city = v.city, address = v.address, zone = v.zone,
    quiet_from = v.quiet_from, quiet_to = v.quiet_to, standing = v.standing
FROM jsonb_array_elements($1) AS e
CROSS JOIN LATERAL jsonb_populate_record(NULL::branches, e) AS v
WHERE t.slug = v.slug
