INSERT INTO entities (slug, name, link, topics)
VALUES ($1, $2, $3, $4)
ON CONFLICT (slug) DO NOTHING
