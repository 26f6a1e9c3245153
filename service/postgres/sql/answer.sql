-- Keeps what a request was told, in the transaction that makes it true.
INSERT INTO idempotency_keys (key, fingerprint, answer, created_at)
VALUES ($1, $2, $3, $4)
