-- Changes reasons for cancelling: a list of rows, with the columns of the table.
UPDATE cancellation_reasons t
SET name = v.name, standing = v.standing
FROM jsonb_array_elements($1) AS e
CROSS JOIN LATERAL jsonb_populate_record(NULL::cancellation_reasons, e) AS v
WHERE t.slug = v.slug
