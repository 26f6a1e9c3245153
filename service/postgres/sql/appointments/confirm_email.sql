-- Records that the e-mail address $2 (all that it can be in the column) is that of the visitor of a visit, if the visit still
-- has it. Confirming again changes nothing. Counts the visits: 1, or none with the address.
WITH visit AS (
    SELECT person, sha256(convert_to(email, 'UTF8')) AS address
    FROM appointments
    WHERE reference = $1 AND email = ANY ($2::text[])
), confirmed AS (
    INSERT INTO confirmed_emails (person, address, confirmed_at)
    SELECT person, address, $3 FROM visit
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM visit
