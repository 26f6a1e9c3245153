-- The terms of messages of all departments.
SELECT slug, message_links, segment_price, monthly_segments, monthly_cost, budget_warn_percent
FROM departments
ORDER BY id
