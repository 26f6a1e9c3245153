-- What the request with this key was told.
SELECT fingerprint, answer FROM idempotency_keys WHERE key = $1
