-- One booked or cancelled appointment with its history, by reference.
SELECT a.*, s.slug AS service, br.slug AS branch,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object('kind', e.kind, 'at', e.at, 'start', e.start_at, 'version', e.version) ORDER BY e.id)
           FROM appointment_events e
           WHERE (e.appointment_id, e.branch_id) = (a.id, a.branch_id)), '[]') AS history
FROM appointments a
JOIN services s ON s.id = a.service_id
JOIN branches br ON br.id = a.branch_id
WHERE a.reference = $1
