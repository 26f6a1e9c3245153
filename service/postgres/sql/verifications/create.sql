-- Adds a verification, and the message with its code, of the kind $7.
WITH created AS (
    INSERT INTO verifications (id, mobile, address, created_at, expires_at, network, stranger, sealed)
    VALUES ($1, $2, $3, $4::timestamptz, $5::timestamptz, $8, $9, $10)
    RETURNING id
)
INSERT INTO messages (kind, verification_id, lang, created_at, next_attempt_at, expires_at)
SELECT $7::text, id, $6, $4, $4, $5
FROM created
