-- At most $2 published days after the change $1, in the order of changes.
SELECT s.slug AS service, b.slug AS branch, p.day, p.minutes, p.starts, p.change, p.changed_at
FROM published_days p
JOIN services s ON s.id = p.service_id
JOIN branches b ON b.id = p.branch_id
WHERE p.change > $1
ORDER BY p.change
LIMIT $2
