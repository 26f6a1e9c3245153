SELECT id, slug, name, city, address, zone FROM branches ORDER BY id
