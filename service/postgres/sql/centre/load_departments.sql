SELECT slug, name, standing FROM departments ORDER BY id
