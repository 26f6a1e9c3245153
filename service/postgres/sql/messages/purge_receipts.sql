-- Removes at most $2 receipts that came before $1 and belong to no message.
DELETE FROM early_receipts
WHERE ctid = ANY (ARRAY(
    SELECT ctid
    FROM early_receipts
    WHERE at < $1
    ORDER BY at
    LIMIT $2
    FOR UPDATE SKIP LOCKED))
