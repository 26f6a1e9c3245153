INSERT INTO branches (slug, name, city, address, zone, quiet_from, quiet_to, short_name)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (slug) DO NOTHING
