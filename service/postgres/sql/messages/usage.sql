-- What each department may spend, and has spent, on messages in the month of $1.
SELECT d.slug, d.monthly_segments, d.monthly_cost, d.budget_warn_percent,
       coalesce(u.messages, 0) AS messages, coalesce(u.segments, 0) AS segments, coalesce(u.cost, 0) AS cost,
       u.warned_at, u.spent_at
FROM departments d
LEFT JOIN message_usage u ON u.department_id = d.id AND u.month = centre_month($1)
ORDER BY d.id
