-- Writes the terms of messages of a department: links, price and budget.
UPDATE departments
SET message_links = $2, segment_price = $3, monthly_segments = $4, monthly_cost = $5, budget_warn_percent = $6
WHERE slug = $1
