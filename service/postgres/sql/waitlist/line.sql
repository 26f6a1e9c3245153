-- A page of the entries that wait at some branches for some services, in the order of
-- arrival, with how often each was offered a start, and the offer that stands at $6. $1 and $2
-- are the departments and branches in reach, both null for all; $3 and $4 filter where they
-- are not null. The page begins after the number $5. Persons who have booked the service
-- since are left out, and those who no longer have the visit that they want earlier.
SELECT e.id, e.position AS number, s.slug AS service, b.slug AS branch, e.from_day, e.to_day, e.earliest, e.latest, e.party,
       e.created_at, e.ends_at, e.replaces IS NOT NULL AS earlier,
       (SELECT count(*) FROM waitlist_offers made WHERE made.entry_id = e.id) AS offers,
       o.start_at, o.end_at, o.expires_at
FROM waitlist_entries e
JOIN services s ON s.id = e.service_id
JOIN departments d ON d.id = s.department_id
JOIN branches b ON b.id = e.branch_id
LEFT JOIN waitlist_offers o ON o.hold_id = e.hold_id AND o.expires_at > $6
LEFT JOIN appointments v ON v.reference = e.replaces AND v.status = 'booked'
WHERE e.state = 'waiting' AND e.ends_at > $6 AND e.position > $5
  AND ($1::text[] IS NULL AND $2::text[] IS NULL OR d.slug = ANY ($1) OR b.slug = ANY ($2))
  AND (b.slug = $3 OR $3::text IS NULL)
  AND (s.slug = $4 OR $4::text IS NULL)
  AND (e.replaces IS NULL OR v.id IS NOT NULL)
  AND (e.replaces IS NOT NULL OR NOT EXISTS (
      SELECT
      FROM appointments a
      WHERE a.person = e.person AND a.service_id = e.service_id AND a.person_place IS NOT NULL
        AND a.created_at > e.created_at))
ORDER BY e.position
LIMIT $7
