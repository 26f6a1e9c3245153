SELECT id, slug, name, short_name, city, address, zone, quiet_from, quiet_to, standing FROM branches ORDER BY position, id
