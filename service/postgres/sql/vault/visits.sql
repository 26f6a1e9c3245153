-- A portion of at most $3 visits and holds after the id $1 that are in clear, or sealed otherwise
-- than with the beginning $2. Rows that others are changing are skipped.
SELECT id, visitor_name, identity, mobile, email, representative_name, representative_identity_kind, representative_identity, wakala
FROM appointments
WHERE id > $1::uuid AND (visitor_name <> '' AND left(visitor_name, 9) <> $2 OR mobile LIKE '+%')
ORDER BY id
LIMIT $3
FOR NO KEY UPDATE SKIP LOCKED
