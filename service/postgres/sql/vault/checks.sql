-- As vault/visits.sql, of mobiles that are verified.
SELECT id, sealed AS visitor_name, mobile
FROM verifications
WHERE id > $1::uuid AND (sealed IS NULL OR left(sealed, 9) <> $2)
ORDER BY id
LIMIT $3
FOR NO KEY UPDATE SKIP LOCKED
