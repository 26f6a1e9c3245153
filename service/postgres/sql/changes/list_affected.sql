-- A page of the visits that a change affects ($1), by the start that they lose. $2 limits it
-- to an outcome, $7 to one visit. A page begins after ($3, $4). Messages of the kinds $8 are
-- about the change.
SELECT v.appointment_id AS id, a.reference, a.status, s.slug AS service, br.slug AS branch, a.visitor_name, a.mobile, a.lang, a.party,
       v.start_at, a.start_at AS now_at, v.decision,
       CASE WHEN v.state = 'waiting' AND v.start_at <= $5 THEN 'unanswered' ELSE v.state END AS outcome,
       v.proposed_at, h.expires_at AS held_until, v.answered_at, v.answered_by, v.calls, v.called_at, v.note, m.state AS message
FROM change_visits v
JOIN appointments a ON (a.id, a.branch_id) = (v.appointment_id, v.branch_id)
JOIN services s ON s.id = a.service_id
JOIN branches br ON br.id = a.branch_id
LEFT JOIN appointments h ON h.id = v.hold_id AND h.status IS NOT DISTINCT FROM 'held' AND h.expires_at > $5
LEFT JOIN LATERAL (
    SELECT m.state
    FROM messages m
    WHERE m.appointment_id = a.id AND m.start_version = a.version AND m.kind = ANY ($8::text[])
    ORDER BY m.state = 'dropped', m.id -- an SMS to a visitor without a mobile is dropped
    LIMIT 1) AS m ON true
WHERE v.change_id = $1
  AND ($2::text IS NULL
       OR v.state = CASE $2 WHEN 'unanswered' THEN 'waiting' ELSE $2 END AND ($2 NOT IN ('waiting', 'unanswered') OR (v.start_at <= $5) = ($2 = 'unanswered')))
  AND ((v.start_at, v.appointment_id) > ($3::timestamptz, $4::uuid) OR $3::timestamptz IS NULL)
  AND (a.reference = $7 OR $7::text IS NULL)
ORDER BY v.start_at, v.appointment_id
LIMIT $6
