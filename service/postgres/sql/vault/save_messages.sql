-- Writes sealed texts of messages ($1).
UPDATE messages m
SET text = k.text
FROM unnest($1::bigint[], $2::text[]) AS k (id, text)
WHERE m.id = k.id
