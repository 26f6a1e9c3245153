-- Adds entities: a list of rows, with the columns of the table.
INSERT INTO entities (slug, name, link, topics, standing)
SELECT v.slug, v.name, v.link, v.topics, v.standing
FROM jsonb_array_elements($1) WITH ORDINALITY AS item (e, n)
CROSS JOIN LATERAL jsonb_populate_record(NULL::entities, e) AS v
ORDER BY n
