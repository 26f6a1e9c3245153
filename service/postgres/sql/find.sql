-- One appointment with its history, by id.
SELECT a.*, s.slug AS service, br.slug AS branch,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object('kind', e.kind, 'at', e.at, 'start', e.start_at, 'version', e.version,
               'actor', e.actor, 'reason', e.reason) ORDER BY e.id)
           FROM appointment_events e
           WHERE (e.appointment_id, e.branch_id) = (a.id, a.branch_id)), '[]') AS history,
       CASE WHEN a.status = 'requested' THEN (
           SELECT to_jsonb(p)
           FROM appointments p
           WHERE p.proposed_to = a.id AND p.status NOT IN ('released', 'expired')) END AS proposal
FROM appointments a
JOIN services s ON s.id = a.service_id
JOIN branches br ON br.id = a.branch_id
WHERE a.id = $1
