-- The terms of messages of a department, locked until the transaction ends.
SELECT slug, message_links, segment_price, monthly_segments, monthly_cost, budget_warn_percent
FROM departments
WHERE slug = $1
FOR NO KEY UPDATE
