-- The last seal.
SELECT number, entry, hash, at FROM audit_seals ORDER BY number DESC LIMIT 1
