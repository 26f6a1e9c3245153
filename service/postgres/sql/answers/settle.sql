-- Commits an empty message in the write-ahead log. The commit waits until the synchronous
-- standby has it and everything before it.
SELECT pg_logical_emit_message(true, 'ziyara', '')
