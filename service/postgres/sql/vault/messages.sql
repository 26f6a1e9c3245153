-- As vault/visits.sql, texts of messages.
SELECT id, id AS place, text AS visitor_name
FROM messages
WHERE id > $1::bigint AND left(text, 9) <> $2
ORDER BY id
LIMIT $3
FOR NO KEY UPDATE SKIP LOCKED
