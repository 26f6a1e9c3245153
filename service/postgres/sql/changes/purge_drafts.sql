-- Removes drafts of changes that ended before $1.
DELETE FROM changes
WHERE id = ANY (ARRAY(
    SELECT id FROM changes WHERE state IN ('drafted', 'dropped') AND expires_at < $1 ORDER BY expires_at LIMIT $2))
