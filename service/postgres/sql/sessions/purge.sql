-- Removes sessions that were over at $1, at most $2. The log has who signed in and out.
DELETE FROM staff_sessions
WHERE id = ANY (ARRAY(SELECT id FROM staff_sessions WHERE ends_at < $1 ORDER BY ends_at LIMIT $2))
