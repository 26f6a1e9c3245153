-- Keeps what the provider said of a session.
UPDATE staff_sessions SET sealed = $2 WHERE id = $1 AND ended_at IS NULL
