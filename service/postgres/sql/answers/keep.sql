-- Keeps the answers to requests, in the transaction that makes them true. A key that is known
-- is refused without showing it: who has it gets the answer.
WITH kept AS (
    INSERT INTO idempotency_keys (key, fingerprint, answer, created_at)
    SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::timestamptz[])
    ON CONFLICT DO NOTHING
    RETURNING key
)
SELECT CASE WHEN (SELECT count(*) FROM kept) < cardinality($1::text[]) THEN refused('idempotency_keys_pkey') END
