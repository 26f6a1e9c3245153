-- Messages about visits that did not reach anybody, the newest first; of one
-- department when $1 names it. $2 and $3 are the last of the page before.
SELECT m.id, m.way, m.kind, m.lead_minutes, m.lang, m.state, m.reason, m.text, m.segments, m.attempts, m.unsure,
       m.created_at, m.finished_at, m.expires_at, m.gateway_id, m.receipt_at, m.receipt_code,
       a.reference, s.slug AS service, b.slug AS branch
FROM messages m
JOIN appointments a ON (a.id, a.branch_id) = (m.appointment_id, m.branch_id)
JOIN services s ON s.id = a.service_id
JOIN departments d ON d.id = s.department_id
JOIN branches b ON b.id = a.branch_id
WHERE m.state IN ('failed', 'expired')
  AND (d.slug = $1 OR $1::text IS NULL)
  AND (m.finished_at, m.id) < ($2::timestamptz, $3::bigint)
ORDER BY m.finished_at DESC, m.id DESC
LIMIT $4
