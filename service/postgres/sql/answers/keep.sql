-- Keeps what requests were told, in the transaction that makes it true.
INSERT INTO idempotency_keys (key, fingerprint, answer, created_at)
SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::timestamptz[])
