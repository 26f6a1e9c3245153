INSERT INTO holiday_lists (slug, holidays)
VALUES ($1, $2)
ON CONFLICT (slug) DO NOTHING
