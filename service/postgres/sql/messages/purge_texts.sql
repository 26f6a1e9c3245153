-- Removes the texts of messages that were finished before $1, the oldest first,
-- at most $2. That they were sent, and what became of them, stays.
UPDATE messages
SET text = NULL
WHERE id = ANY (ARRAY(
    SELECT id
    FROM messages
    WHERE text IS NOT NULL AND finished_at < $1
    ORDER BY finished_at
    LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED))
