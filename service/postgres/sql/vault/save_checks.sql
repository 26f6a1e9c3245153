-- Writes sealed verifications ($1). The other arguments are those of all persons.
UPDATE verifications v
SET sealed = k.name, mobile = k.mobile
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    AS k (id, name, key, number, mobile, email, by_number, former_email)
WHERE v.id = k.id
