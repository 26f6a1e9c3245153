INSERT INTO branches (slug, name, city, address, zone)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (slug) DO NOTHING
