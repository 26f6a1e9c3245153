-- Keeps the answers to requests, in the transaction that makes them true.
INSERT INTO idempotency_keys (key, fingerprint, answer, created_at)
SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::timestamptz[])
