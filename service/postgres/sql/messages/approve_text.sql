-- Approves the newest version of a text, if it is version $4, waits for it, and is of somebody
-- else.
UPDATE department_texts t
SET approved_at = $5, approved_by = $6
FROM departments d
WHERE d.id = t.department_id AND d.slug = $1 AND t.kind = $2 AND t.lang = $3 AND t.version = $4
  AND t.needs_approval AND t.approved_at IS NULL AND t.saved_by <> $6
  AND NOT EXISTS (
        SELECT FROM department_texts n
        WHERE (n.department_id, n.kind, n.lang) = (t.department_id, t.kind, t.lang) AND n.version > t.version)
