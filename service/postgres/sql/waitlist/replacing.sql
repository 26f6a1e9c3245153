-- The entry that waits for an earlier start of the visit with the reference $1.
SELECT e.id, e.position AS number, e.state, s.slug AS service, b.slug AS branch, e.from_day, e.to_day, e.earliest, e.latest, e.party,
       e.created_at, e.ends_at, e.ignored, e.hold_id,
       e.person, e.mobile, e.lang, e.visitor_name, e.identity_kind, e.identity, e.email,
       e.representative_name, e.representative_identity_kind, e.representative_identity,
       e.wakala, e.wakala_expires, e.needs, e.replaces
FROM appointments a
JOIN waitlist_entries e ON (e.person, e.service_id) = (a.person, a.service_id) AND e.state = 'waiting' AND e.replaces = a.reference
JOIN services s ON s.id = e.service_id
JOIN branches b ON b.id = e.branch_id
WHERE a.reference = $1
FOR NO KEY UPDATE OF e
