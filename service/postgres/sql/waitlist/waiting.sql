-- Entries that wait for places of a desk group without an offer, in the order of arrival,
-- with the starts (Unix time) that they were offered before and the start of the visit that
-- they want earlier. Persons who have booked the service since are left out, and those who
-- have no such visit any more.
SELECT e.id, s.slug AS service, e.from_day, e.to_day, e.earliest, e.latest, e.party, e.needs, e.wakala_expires, v.start_at AS replaced_start,
       ARRAY(SELECT extract(epoch FROM o.start_at)::bigint FROM waitlist_offers o WHERE o.entry_id = e.id) AS asked
FROM waitlist_entries e
JOIN services s ON s.id = e.service_id
LEFT JOIN appointments v ON v.reference = e.replaces AND v.status = 'booked'
WHERE e.branch_id = $1
  AND e.service_id = ANY (ARRAY(SELECT service_id FROM desk_group_services WHERE (branch_id, desk_group_id) = ($1, $2)))
  AND e.state = 'waiting' AND e.offer_until IS NULL AND e.ends_at > $3
  AND (e.replaces IS NULL OR v.id IS NOT NULL)
  AND (e.replaces IS NOT NULL OR NOT EXISTS (
      SELECT
      FROM appointments a
      WHERE a.person = e.person AND a.service_id = e.service_id AND a.person_place IS NOT NULL
        AND a.created_at > e.created_at))
ORDER BY e.position
