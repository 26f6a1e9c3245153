-- Appointments with their histories, by id.
SELECT a.*, s.slug AS service, br.slug AS branch,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object('kind', e.kind, 'at', e.at, 'start', e.start_at,
               'actor', e.actor, 'reason', e.reason, 'cancellation', e.cancellation_reason, 'ends_links', e.ends_links) ORDER BY e.id)
           FROM appointment_events e
           WHERE (e.appointment_id, e.branch_id) = (a.id, a.branch_id)), '[]') AS history,
       CASE WHEN a.status IN ('requested', 'booked') THEN (
           SELECT to_jsonb(p)
           FROM appointments p
           WHERE p.proposed_to = a.id AND p.status NOT IN ('released', 'expired')) END AS proposal,
       (SELECT jsonb_build_object('id', c.id, 'reason', c.reason, 'waits', v.state <> 'called_off')
        FROM change_visits v
        JOIN changes c ON c.id = v.change_id
        WHERE (v.appointment_id, v.branch_id) = (a.id, a.branch_id)
          AND (v.state = 'waiting' AND a.status = 'booked' OR v.state = 'pending' AND v.decision = 'propose' AND a.status = 'booked'
               OR v.state = 'called_off' AND a.status IN ('cancelled', 'declined'))) AS change
FROM appointments a
JOIN services s ON s.id = a.service_id
JOIN branches br ON br.id = a.branch_id
WHERE a.id = ANY ($1::uuid[])
