-- The last hundred versions of a text, the newest first.
SELECT d.slug AS department, t.kind, t.lang, t.version, t.wordings, t.saved_at, t.saved_by,
       t.needs_approval AND t.approved_at IS NULL AS pending, t.approved_at, t.approved_by
FROM department_texts t
JOIN departments d ON d.id = t.department_id
WHERE d.slug = $1 AND t.kind = $2 AND t.lang = $3
ORDER BY t.version DESC
LIMIT 100
