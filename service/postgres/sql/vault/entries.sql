-- As vault/visits.sql, of the waitlist.
SELECT id, visitor_name, identity, mobile, email, representative_name, representative_identity_kind, representative_identity, wakala
FROM waitlist_entries
WHERE id > $1::uuid AND left(visitor_name, 9) <> $2
ORDER BY id
LIMIT $3
FOR NO KEY UPDATE SKIP LOCKED
