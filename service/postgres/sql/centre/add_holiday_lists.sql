-- Adds lists of holidays: a list of rows, with the columns of the table.
INSERT INTO holiday_lists (slug, holidays)
SELECT v.slug, v.holidays
FROM jsonb_array_elements($1) WITH ORDINALITY AS item (e, n)
CROSS JOIN LATERAL jsonb_populate_record(NULL::holiday_lists, e) AS v
ORDER BY n
