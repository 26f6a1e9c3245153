-- Lets one caller at a time ask the provider for the roles of a session: whoever notes at $2
-- that nobody has since $3.
UPDATE staff_sessions SET asked_at = $2 WHERE id = $1 AND asked_at <= $3 AND ended_at IS NULL
