-- Services grouped by reminder: a lead, and the lead after it.
SELECT before_minutes, next_minutes, array_agg(id) AS services
FROM (
    SELECT s.id, l.before_minutes, coalesce(s.reminder_minutes[l.n + 1], 0) AS next_minutes
    FROM services s
    CROSS JOIN LATERAL unnest(s.reminder_minutes) WITH ORDINALITY AS l (before_minutes, n)
) AS leads
GROUP BY before_minutes, next_minutes
ORDER BY before_minutes DESC
