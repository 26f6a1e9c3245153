-- The changes of a thing ($1, $2) before a version ($3; NULL for all) and after another one ($4),
-- the newest first, at most $5.
SELECT version, at, actor, reason, before, after
FROM centre_versions
WHERE kind = $1 AND slug = $2 AND ($3::integer IS NULL OR version < $3) AND version > $4
ORDER BY version DESC
LIMIT $5
