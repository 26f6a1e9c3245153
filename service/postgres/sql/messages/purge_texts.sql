-- Removes the texts of at most $2 messages that were finished before $1, the oldest first.
-- The messages and their outcomes stay.
UPDATE messages
SET text = NULL
WHERE id = ANY (ARRAY(
    SELECT id
    FROM messages
    WHERE text IS NOT NULL AND finished_at < $1
    ORDER BY finished_at
    LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED))
