SELECT slug, name, link, topics FROM entities ORDER BY id
