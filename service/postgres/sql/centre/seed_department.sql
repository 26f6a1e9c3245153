INSERT INTO departments (slug, name)
VALUES ($1, $2)
ON CONFLICT (slug) DO NOTHING
