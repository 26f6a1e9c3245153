-- Sessions that go on at $1 and were seen after $2, the newest first, at most $4: of one member
-- of staff ($3), or of all.
SELECT id, staff, subject, browser, sealed, began_at, seen_at, asked_at, ends_at
FROM staff_sessions
WHERE ended_at IS NULL AND ends_at > $1 AND seen_at > $2 AND (staff = $3 OR $3::text IS NULL)
ORDER BY began_at DESC, id DESC
LIMIT $4
