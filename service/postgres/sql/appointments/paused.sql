-- The end of a person's pause for a service ($2, its slug), if there is or was a pause.
SELECT r.paused_until
FROM rebookings r
JOIN services s ON s.id = r.service_id
WHERE r.person = $1 AND s.slug = $2 AND r.paused_until IS NOT NULL
