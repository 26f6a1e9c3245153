-- Locks an entry until the transaction ends. It is read afterwards: see
-- appointments/lock.sql.
SELECT id FROM waitlist_entries WHERE id = $1 FOR NO KEY UPDATE
