SELECT slug, name, link, topics, standing FROM entities ORDER BY id
