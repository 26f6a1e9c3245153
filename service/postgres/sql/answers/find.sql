-- The answer that the request with this key got.
SELECT fingerprint, answer FROM idempotency_keys WHERE key = $1
