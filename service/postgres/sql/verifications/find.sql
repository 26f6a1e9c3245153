-- One verification.
SELECT id, mobile, tries, created_at, expires_at, verified_at
FROM verifications
WHERE id = $1::uuid
