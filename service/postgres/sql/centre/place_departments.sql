-- Puts departments into an order: their slugs ($1).
UPDATE departments t
SET position = o.n
FROM unnest($1::text[]) WITH ORDINALITY AS o (slug, n)
WHERE t.slug = o.slug AND t.position <> o.n
