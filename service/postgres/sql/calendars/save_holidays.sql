-- Writes lists of holidays, which are locked, and keeps those that they replace: a list of rows, with
-- the columns of the table.
UPDATE holiday_lists t
SET previous = t.holidays, holidays = v.holidays, version = t.version + 1
FROM jsonb_array_elements($1) AS e
CROSS JOIN LATERAL jsonb_populate_record(NULL::holiday_lists, e) AS v
WHERE t.slug = v.slug
