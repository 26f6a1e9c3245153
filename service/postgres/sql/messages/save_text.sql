-- Adds the next version of a text. It must follow the newest: the editor of an older version
-- has not seen what others wrote. One with wordings waits for somebody to approve it.
WITH department AS (
    SELECT id FROM departments WHERE slug = $1
), saved AS (
    INSERT INTO department_texts (department_id, kind, lang, version, wordings, saved_at, saved_by, needs_approval)
    SELECT d.id, $2::text, $3::text, $4::integer, $5::jsonb, $6::timestamptz, $7::text, jsonb_array_length($5::jsonb) > 0
    FROM department d
    WHERE $4 = 1 + coalesce((
        SELECT max(t.version)
        FROM department_texts t
        WHERE (t.department_id, t.kind, t.lang) = (d.id, $2, $3)), 0)
    RETURNING version
)
SELECT EXISTS (SELECT FROM department) AS known, EXISTS (SELECT FROM saved) AS saved
