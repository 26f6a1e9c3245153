-- Adds a session.
INSERT INTO staff_sessions (id, token, staff, subject, sid, browser, sealed, began_at, seen_at, asked_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9)
