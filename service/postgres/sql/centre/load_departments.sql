SELECT slug, name FROM departments ORDER BY id
