-- Writes sealed notes ($1: visit and change).
UPDATE change_visits v
SET note = k.text
FROM unnest($1::text[], $2::text[]) AS k (id, text)
WHERE v.appointment_id = split_part(k.id, ' ', 1)::uuid AND v.change_id = split_part(k.id, ' ', 2)::uuid
