-- Writes a list of holidays, which is locked, and keeps the one that it replaces.
UPDATE holiday_lists SET previous = holidays, holidays = $2, version = version + 1 WHERE slug = $1
