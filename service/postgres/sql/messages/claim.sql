-- Leases due messages of one lane ('prompt', 'bulk' or 'mail') to a worker, the oldest
-- first. A lease that ended is due again; whether the gateway got that message is unknown.
-- Each message comes with the facts as they are now, with what its department has spent
-- this month, and with what its number and all numbers were sent lately. = ANY (ARRAY(…)) instead of a join keeps the plan to the primary key, however
-- large the batch. Other lanes are not read.
--
-- Visitors who gave an address also get the kinds of $5 by e-mail: the first claim writes
-- the copy, and there is only one.
WITH claimed AS (
    UPDATE messages
    SET unsure = unsure + (state = 'sending')::int, state = 'sending', attempts = attempts + 1, next_attempt_at = $3
    WHERE id = ANY (CASE $4::text WHEN 'bulk' THEN ARRAY(
        SELECT id
        FROM messages
        WHERE state IN ('queued', 'sending') AND way = 'sms' AND kind IN ('reminder', 'survey') AND next_attempt_at <= $1
        ORDER BY next_attempt_at
        LIMIT $2
        FOR UPDATE SKIP LOCKED)
    WHEN 'prompt' THEN ARRAY(
        SELECT id
        FROM messages
        WHERE state IN ('queued', 'sending') AND way = 'sms' AND kind NOT IN ('reminder', 'survey') AND next_attempt_at <= $1
        ORDER BY next_attempt_at
        LIMIT $2
        FOR UPDATE SKIP LOCKED)
    WHEN 'mail' THEN ARRAY(
        SELECT id
        FROM messages
        WHERE state IN ('queued', 'sending') AND way = 'email' AND next_attempt_at <= $1
        ORDER BY next_attempt_at
        LIMIT $2
        FOR UPDATE SKIP LOCKED) END)
    RETURNING *
), copied AS (
    INSERT INTO messages (way, kind, lead_minutes, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
    SELECT 'email', m.kind, m.lead_minutes, m.branch_id, m.appointment_id, m.start_version, m.lang, $1::timestamptz, $1::timestamptz, m.expires_at
    FROM claimed m
    WHERE m.way = 'sms' AND m.kind = ANY ($5::text[])
      AND (SELECT a.email FROM appointments a WHERE (a.id, a.branch_id) = (m.appointment_id, m.branch_id)) IS NOT NULL
    ON CONFLICT ON CONSTRAINT messages_fact DO NOTHING
)
SELECT m.id, m.way, m.kind, m.lead_minutes, m.lang, m.attempts, m.expires_at, m.start_version, m.verification_id,
       coalesce(v.mobile, a.mobile) AS mobile, a.email, v.sealed AS code_mobile, a.id AS visit, a.visitor_name,
       CASE WHEN m.way = 'email' THEN (
           SELECT count(*)
           FROM appointment_events e
           WHERE e.appointment_id = a.id AND e.branch_id = a.branch_id) END AS version,
       a.status, a.version AS visit_start_version, a.start_at, a.end_at, a.reference,
       (SELECT r.state FROM arrivals r WHERE (r.appointment_id, r.branch_id) = (a.id, a.branch_id) AND r.booked_start = a.start_at) AS hall_state,
       CASE WHEN m.kind = 'proposed' THEN (
           SELECT p.start_at
           FROM appointments p
           WHERE p.proposed_to = m.appointment_id AND p.status NOT IN ('released', 'expired') AND p.expires_at > $1) END AS proposed_start,
       m.kind = 'reminder' AND EXISTS (
           SELECT FROM change_visits c
           WHERE (c.appointment_id, c.branch_id) = (a.id, a.branch_id) AND c.state IN ('pending', 'waiting')) AS displaced,
       CASE m.kind WHEN 'cancelled' THEN (
           SELECT c.reason
           FROM change_visits cv
           JOIN changes c ON c.id = cv.change_id
           WHERE (cv.appointment_id, cv.branch_id) = (a.id, a.branch_id) AND cv.state = 'called_off')
       WHEN 'closed' THEN (
           SELECT c.reason
           FROM change_visits cv
           JOIN changes c ON c.id = cv.change_id
           WHERE (cv.appointment_id, cv.branch_id) = (a.id, a.branch_id) AND cv.state IN ('pending', 'waiting')) END AS change_reason,
       CASE WHEN m.kind = 'offer' THEN (
           SELECT e.position
           FROM waitlist_offers o
           JOIN waitlist_entries e ON e.id = o.entry_id
           WHERE o.hold_id = m.appointment_id) END AS entry,
       CASE WHEN m.kind = 'offer' AND a.visitor_name IS NULL THEN (
           SELECT ARRAY[e.id::text, e.visitor_name]
           FROM waitlist_offers o
           JOIN waitlist_entries e ON e.id = o.entry_id
           WHERE o.hold_id = m.appointment_id) END AS entry_visitor,
       (SELECT count(*)
        FROM appointment_events e
        WHERE e.ends_links AND e.appointment_id = CASE m.kind
            WHEN 'offer' THEN (
                SELECT v.id
                FROM waitlist_offers o
                JOIN waitlist_entries w ON w.id = o.entry_id
                JOIN appointments v ON v.reference = w.replaces
                WHERE o.hold_id = m.appointment_id)
            ELSE m.appointment_id END) AS links,
       s.name AS service, b.name AS branch, b.short_name AS branch_sms, b.zone, b.quiet_from, b.quiet_to,
       CASE WHEN m.way = 'email' THEN b.address END AS address,
       CASE WHEN m.way = 'email' THEN s.requirements END AS requirements,
       d.slug AS department, d.monthly_segments, d.monthly_cost, d.budget_warn_percent,
       u.segments AS used_segments, u.cost AS used_cost,
       m.way = 'email' AND NOT EXISTS (
           SELECT FROM confirmed_emails e
           WHERE e.person = a.person AND e.address = sha256(convert_to(a.email, 'UTF8'))) AS unconfirmed,
       to_jsonb(n.sent) AS sent, coalesce(v.stranger, false) AS stranger, t.all_segments, t.stranger_segments
FROM claimed m
CROSS JOIN (
    SELECT coalesce(sum(segments), 0)::bigint AS all_segments,
           coalesce(sum(segments) FILTER (WHERE strangers), 0)::bigint AS stranger_segments
    FROM message_days
    WHERE day = centre_day($1)) AS t
LEFT JOIN verifications v ON v.id = m.verification_id
LEFT JOIN appointments a ON (a.id, a.branch_id) = (m.appointment_id, m.branch_id)
LEFT JOIN message_numbers n ON m.way = 'sms' AND n.mobile = coalesce(v.mobile, a.mobile)
LEFT JOIN services s ON s.id = a.service_id
LEFT JOIN branches b ON b.id = a.branch_id
LEFT JOIN departments d ON d.id = s.department_id
LEFT JOIN message_usage u ON u.department_id = d.id AND u.month = centre_month($1)
ORDER BY m.id
