-- Appointments with the decisions that a change has planned for them ($2), if any, and the
-- hold of its draft, if that is valid at $3. proposal is what an earlier change has
-- proposed. Visits whose visitors have arrived, and visits that have begun, are left out:
-- they take place.
SELECT a.*, s.slug AS service, br.slug AS branch, '[]'::jsonb AS history,
       (SELECT to_jsonb(p)
        FROM appointments p
        WHERE p.proposed_to = a.id AND p.status NOT IN ('released', 'expired')) AS proposal,
       s.approval_hours, v.decision, v.state AS outcome,
       (SELECT to_jsonb(h)
        FROM appointments h
        WHERE h.id = v.hold_id AND h.status IS NOT DISTINCT FROM 'held' AND h.expires_at > $3 AND h.proposed_to IS NULL) AS draft
FROM appointments a
JOIN services s ON s.id = a.service_id
JOIN branches br ON br.id = a.branch_id
LEFT JOIN change_visits v ON (v.appointment_id, v.branch_id, v.change_id) = (a.id, a.branch_id, $2::uuid)
WHERE a.id = ANY ($1::uuid[]) AND a.status IN ('requested', 'booked') AND a.start_at > $3
  AND (SELECT count(*) FROM arrivals r WHERE (r.appointment_id, r.branch_id) = (a.id, a.branch_id)) = 0
ORDER BY a.created_at, a.id
