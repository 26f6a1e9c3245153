-- Forgets at most $2 numbers that were sent nothing since $1. The table has the numbers of
-- about a day.
DELETE FROM message_numbers
WHERE mobile = ANY (ARRAY(
    SELECT mobile
    FROM message_numbers
    WHERE sent[1] < $1
    LIMIT $2
    FOR UPDATE SKIP LOCKED))
