-- Adds seals after number $1, in order, of entries $2 with hashes $3.
INSERT INTO audit_seals (number, entry, hash)
SELECT $1 + s.n, s.entry, s.hash
FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS s (entry, hash, n)
