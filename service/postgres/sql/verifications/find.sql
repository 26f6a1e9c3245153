-- One verification.
SELECT id, mobile, sealed, tries, created_at, expires_at, verified_at
FROM verifications
WHERE id = $1::uuid
