SELECT id, slug, name, short_name, city, address, zone, quiet_from, quiet_to FROM branches ORDER BY id
