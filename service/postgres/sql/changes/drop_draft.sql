-- Drops a draft; its holds end with it (end_draft_holds.sql).
UPDATE changes SET state = 'dropped' WHERE id = $1 AND state = 'drafted'
