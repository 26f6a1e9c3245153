-- Writes sealed comments ($1).
UPDATE survey_answers s
SET comment = k.text
FROM unnest($1::uuid[], $2::text[]) AS k (id, text)
WHERE s.appointment_id = k.id
