-- Adds the row of vault, of the key $1. A database without visits and entries is sealed from
-- now on, with a key of hashes of its own ($2). Another one keeps its pseudonyms ($3), and its rows in clear.
INSERT INTO vault (key_id, hashes, sealing)
SELECT $1, CASE WHEN used THEN $3 ELSE $2 END, NOT used
FROM (SELECT EXISTS (SELECT FROM appointments WHERE person IS NOT NULL) OR EXISTS (SELECT FROM waitlist_entries) AS used) AS database
ON CONFLICT DO NOTHING
