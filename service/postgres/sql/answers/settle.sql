-- Commits a message in the log, which nobody reads: a commit waits until the synchronous
-- standby has it and all before it.
SELECT pg_logical_emit_message(true, 'ziyara', '')
