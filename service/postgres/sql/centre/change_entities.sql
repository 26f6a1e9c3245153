-- Changes entities: a list of rows, with the columns of the table.
UPDATE entities t
SET name = v.name, link = v.link, topics = v.topics, standing = v.standing
FROM jsonb_array_elements($1) AS e
CROSS JOIN LATERAL jsonb_populate_record(NULL::entities, e) AS v
WHERE t.slug = v.slug
