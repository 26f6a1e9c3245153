-- Records that departments have reached a level of their budget this month, and returns
-- those recorded for the first time: the caller tells staff about them.
UPDATE message_usage u
SET warned_at = coalesce(u.warned_at, $1::timestamptz),
    spent_at = CASE WHEN l.level = 'spent' THEN coalesce(u.spent_at, $1::timestamptz) ELSE u.spent_at END
FROM unnest($2::text[], $3::text[]) AS l (slug, level)
JOIN departments d ON d.slug = l.slug
WHERE u.department_id = d.id AND u.month = centre_month($1)
  AND CASE l.level WHEN 'spent' THEN u.spent_at IS NULL ELSE u.warned_at IS NULL END
RETURNING d.slug, l.level
