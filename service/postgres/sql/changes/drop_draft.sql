-- Drops a draft. Its holds end with it (changes/end_draft_holds.sql).
UPDATE changes SET state = 'dropped' WHERE id = $1 AND state = 'drafted'
