SELECT slug, name, standing FROM departments ORDER BY position, id
