-- The messages about the visit with a reference, the newest first.
SELECT m.id, m.way, m.kind, m.lead_minutes, m.lang, m.state, m.reason, m.text, m.segments, m.attempts, m.unsure,
       m.created_at, m.finished_at, m.expires_at, m.gateway_id, m.receipt_at, m.receipt_code,
       a.id AS visit, a.visitor_name, a.reference, a.mobile, a.email,
       CASE WHEN m.kind = 'offer' AND a.visitor_name IS NULL THEN (
           SELECT ARRAY[e.id::text, e.visitor_name]
           FROM waitlist_offers o
           JOIN waitlist_entries e ON e.id = o.entry_id
           WHERE o.hold_id = m.appointment_id) END AS entry_visitor,
       s.slug AS service, b.slug AS branch, d.slug AS department
FROM appointments a
JOIN messages m ON m.appointment_id = a.id
JOIN services s ON s.id = a.service_id
JOIN departments d ON d.id = s.department_id
JOIN branches b ON b.id = a.branch_id
WHERE a.reference = $1
ORDER BY m.id DESC
LIMIT $2
