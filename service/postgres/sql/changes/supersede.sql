-- Ends what earlier changes have asked the visitors of visits ($1).
UPDATE change_visits
SET state = 'superseded'
WHERE appointment_id = ANY ($1::uuid[]) AND change_id <> $2 AND state IN ('pending', 'waiting', 'kept')
