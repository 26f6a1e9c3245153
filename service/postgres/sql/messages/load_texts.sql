-- The texts in use: the greatest version of each kind and language.
SELECT DISTINCT ON (t.department_id, t.kind, t.lang)
       d.slug AS department, t.kind, t.lang, t.version, t.wordings, t.saved_at, t.saved_by
FROM department_texts t
JOIN departments d ON d.id = t.department_id
ORDER BY t.department_id, t.kind, t.lang, t.version DESC
