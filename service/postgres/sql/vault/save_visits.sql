-- Writes sealed visits ($1), and holds, which have no name. A visit in clear keeps its number among
-- those of its mobile unless another one has it by now. An e-mail address that was confirmed
-- stays so, by its hash.
WITH kept AS MATERIALIZED (
    SELECT *
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
        AS k (id, name, key, number, mobile, email, by_number, former_email)
), saved AS (
    UPDATE appointments a
    SET visitor_name = coalesce(k.name, a.visitor_name), visitor_key = coalesce(k.key, a.visitor_key),
        identity = coalesce(k.number, a.identity), mobile = k.mobile, email = k.email,
        representative_name = NULL, representative_identity_kind = NULL, representative_identity = k.by_number, wakala = NULL,
        mobile_place = CASE WHEN a.mobile = k.mobile OR NOT EXISTS (
            SELECT FROM appointments other
            WHERE other.mobile = k.mobile AND other.mobile_place = a.mobile_place AND other.person_place IS NOT NULL)
            AND NOT EXISTS (
            SELECT FROM appointments other
            WHERE other.mobile = k.mobile AND other.mobile_place = a.mobile_place AND other.mobile_place IS NOT NULL
              AND other.status IS NOT DISTINCT FROM 'held') THEN a.mobile_place END
    FROM kept k
    WHERE a.id = k.id
    RETURNING a.id, a.person
)
INSERT INTO confirmed_emails (person, address, confirmed_at)
SELECT c.person, sha256(convert_to(k.email, 'UTF8')), c.confirmed_at
FROM saved s
JOIN kept k ON k.id = s.id
JOIN confirmed_emails c ON c.person = s.person AND c.address = sha256(convert_to(k.former_email, 'UTF8'))
ON CONFLICT DO NOTHING
