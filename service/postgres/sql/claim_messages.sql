-- Leases due messages of one lane to a worker, oldest first; a lease that
-- ended is due again, and nobody knows whether the gateway had the message.
-- With each come the facts as they are now, and what its department has spent
-- this month. = ANY (ARRAY(…)) instead of a join keeps the plan to the primary
-- key, however large the batch. The lane that is not asked for is never looked
-- at.
WITH claimed AS (
    UPDATE messages
    SET unsure = unsure + (state = 'sending')::int, state = 'sending', attempts = attempts + 1, next_attempt_at = $3
    WHERE id = ANY (CASE WHEN $4::boolean THEN ARRAY(
        SELECT id
        FROM messages
        WHERE state IN ('queued', 'sending') AND kind IN ('reminder', 'survey') AND next_attempt_at <= $1
        ORDER BY next_attempt_at
        LIMIT $2
        FOR UPDATE SKIP LOCKED)
    ELSE ARRAY(
        SELECT id
        FROM messages
        WHERE state IN ('queued', 'sending') AND kind NOT IN ('reminder', 'survey') AND next_attempt_at <= $1
        ORDER BY next_attempt_at
        LIMIT $2
        FOR UPDATE SKIP LOCKED) END)
    RETURNING *
)
SELECT m.id, m.kind, m.lead_minutes, m.lang, m.attempts, m.expires_at, m.start_version, m.verification_id,
       coalesce(v.mobile, a.mobile) AS mobile,
       a.status, a.version, a.start_at, a.reference,
       CASE WHEN m.kind = 'proposed' THEN (
           SELECT p.start_at
           FROM appointments p
           WHERE p.proposed_to = m.appointment_id AND p.status NOT IN ('released', 'expired') AND p.expires_at > $1) END AS proposed_start,
       s.name AS service, b.name AS branch, b.zone, b.quiet_from, b.quiet_to,
       d.slug AS department, d.monthly_segments, d.monthly_cost, d.budget_warn_percent,
       u.segments AS used_segments, u.cost AS used_cost
FROM claimed m
LEFT JOIN verifications v ON v.id = m.verification_id
LEFT JOIN appointments a ON (a.id, a.branch_id) = (m.appointment_id, m.branch_id)
LEFT JOIN services s ON s.id = a.service_id
LEFT JOIN branches b ON b.id = a.branch_id
LEFT JOIN departments d ON d.id = s.department_id
LEFT JOIN message_usage u ON u.department_id = d.id AND u.month = centre_month($1)
ORDER BY m.id
