-- Writes whether services are paused or retired: a list of slugs and standings.
INSERT INTO service_standings (service_id, standing)
SELECT s.id, e -> 'standing'
FROM jsonb_array_elements($1) AS e
JOIN services s ON s.slug = e ->> 'slug'
ON CONFLICT (service_id) DO UPDATE SET standing = excluded.standing
