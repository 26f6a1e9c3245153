SELECT slug, name, link, topics, standing FROM entities ORDER BY position, id
