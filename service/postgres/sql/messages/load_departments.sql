-- What departments have decided about their messages.
SELECT slug, message_links, segment_price, monthly_segments, monthly_cost, budget_warn_percent
FROM departments
ORDER BY id
