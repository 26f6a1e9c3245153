-- Entries with their last offers, whether their persons have booked the service since, and
-- the visits that they want earlier, in the order in which they joined.
SELECT e.id, e.position AS number, e.state, s.slug AS service, b.slug AS branch, e.from_day, e.to_day, e.earliest, e.latest, e.party,
       e.created_at, e.ends_at, e.ignored, e.hold_id, o.start_at, o.end_at, o.expires_at,
       e.person, e.mobile, e.lang, e.visitor_name, e.identity_kind, e.identity, e.email,
       e.representative_name, e.representative_identity_kind, e.representative_identity,
       e.wakala, e.wakala_expires, e.needs,
       e.replaces, v.start_at AS replaced_start, v.status IS NOT DISTINCT FROM 'booked' AS replaced_booked,
       (SELECT count(*)
        FROM appointment_events ended
        WHERE (ended.appointment_id, ended.branch_id) = (v.id, v.branch_id) AND ended.ends_links) AS replaced_links,
       EXISTS (
           SELECT
           FROM appointments a
           WHERE a.person = e.person AND a.service_id = e.service_id AND a.person_place IS NOT NULL
             AND a.created_at > e.created_at) AS served
FROM waitlist_entries e
JOIN services s ON s.id = e.service_id
JOIN branches b ON b.id = e.branch_id
LEFT JOIN waitlist_offers o ON o.hold_id = e.hold_id
LEFT JOIN appointments v ON v.reference = e.replaces
WHERE e.id = ANY ($1::uuid[])
ORDER BY e.position
