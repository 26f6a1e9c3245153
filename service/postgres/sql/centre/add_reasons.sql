-- Adds reasons for cancelling after the others: a list of rows, with the columns of the table.
INSERT INTO cancellation_reasons (slug, name, position, standing)
SELECT v.slug, v.name, last.position + 10 * n, v.standing
FROM jsonb_array_elements($1) WITH ORDINALITY AS item (e, n)
CROSS JOIN LATERAL jsonb_populate_record(NULL::cancellation_reasons, e) AS v
CROSS JOIN (SELECT coalesce(max(position), 0) AS position FROM cancellation_reasons) AS last
