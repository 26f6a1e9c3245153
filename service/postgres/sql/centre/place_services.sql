-- Puts services into an order: their slugs ($1).
INSERT INTO service_standings (service_id, position)
SELECT s.id, o.n
FROM unnest($1::text[]) WITH ORDINALITY AS o (slug, n)
JOIN services s ON s.slug = o.slug
ON CONFLICT (service_id) DO UPDATE SET position = excluded.position
