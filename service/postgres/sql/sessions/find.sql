-- The session whose secret has the SHA-256 $1, unless it was ended.
SELECT id, staff, subject, browser, sealed, began_at, seen_at, asked_at, ends_at
FROM staff_sessions
WHERE token = $1 AND ended_at IS NULL
