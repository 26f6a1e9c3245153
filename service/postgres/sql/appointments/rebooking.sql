-- When the person of an appointment gave up visits to its service, and the service's rule
-- about it.
SELECT s.rebook_limit, s.rebook_window_minutes, s.rebook_pause_minutes, coalesce(to_jsonb(r.given_up), '[]') AS given_up
FROM appointments a
JOIN services s ON s.id = a.service_id
LEFT JOIN rebookings r ON (r.person, r.service_id) = (a.person, a.service_id)
WHERE a.id = $1
