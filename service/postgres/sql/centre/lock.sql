-- Locks the centre for a change, and reads its version.
SELECT version FROM centre FOR NO KEY UPDATE
