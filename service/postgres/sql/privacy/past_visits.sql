-- At most $3 visits from the date $1 to before $2, which is long ago, that still have a person.
-- Rows that another replica has locked are skipped.
SELECT id
FROM appointments
WHERE day >= $1::date AND day < $2::date AND reference IS NOT NULL AND person <> id
LIMIT $3
FOR NO KEY UPDATE SKIP LOCKED
