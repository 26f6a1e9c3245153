-- Locks appointments in the order of their ids, before any ledger day is locked.
SELECT id FROM appointments WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
