-- The seal with a number.
SELECT number, entry, hash, at FROM audit_seals WHERE number = $1
