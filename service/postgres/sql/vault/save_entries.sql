-- Writes sealed entries of the waitlist ($1).
UPDATE waitlist_entries e
SET visitor_name = k.name, identity = k.number, mobile = k.mobile, email = k.email,
    representative_name = NULL, representative_identity_kind = NULL, representative_identity = k.by_number, wakala = NULL
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    AS k (id, name, key, number, mobile, email, by_number, former_email)
WHERE e.id = k.id
