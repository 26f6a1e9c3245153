-- Keeps an appointment that has a reference from changing until the transaction
-- ends, once it is its person's turn (appointments/book.sql). It is read afterwards, by
-- appointments/find.sql: a statement that had to wait for the lock would still see the
-- history as it was before.
SELECT id, pg_advisory_xact_lock(hashtextextended(person::text, 2))::text AS turn
FROM appointments
WHERE reference = $1
FOR NO KEY UPDATE
