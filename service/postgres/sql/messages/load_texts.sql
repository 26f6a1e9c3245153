-- The texts in use: the greatest version of each kind and language that waits for nobody.
SELECT DISTINCT ON (t.department_id, t.kind, t.lang)
       d.slug AS department, t.kind, t.lang, t.version, t.wordings, t.saved_at, t.saved_by
FROM department_texts t
JOIN departments d ON d.id = t.department_id
WHERE t.approved_at IS NOT NULL OR NOT t.needs_approval
ORDER BY t.department_id, t.kind, t.lang, t.version DESC
