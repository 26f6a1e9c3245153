-- Locks an appointment that has a reference until the transaction ends, once it is its
-- person's turn (appointments/book.sql). appointments/find.sql reads it afterwards: a
-- statement that had to wait for the lock would still see the old history.
SELECT id, pg_advisory_xact_lock(hashtextextended(person::text, 2))::text AS turn
FROM appointments
WHERE reference = $1
FOR NO KEY UPDATE
