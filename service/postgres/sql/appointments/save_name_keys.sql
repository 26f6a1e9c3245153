-- Saves the keys of names, unless a name has changed since it was read.
UPDATE appointments a
SET visitor_key = k.key
FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[]) AS k (id, branch_id, name, key)
WHERE (a.id, a.branch_id) = (k.id, k.branch_id) AND a.visitor_name = k.name
