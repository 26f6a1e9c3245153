-- How staff find visits: by where and when, by name, mobile or identity.

-- +goose Up

-- The visitor's name as it is looked for; the program writes it (slots.NameKey).
-- What is there already is found by the words as they were written.
ALTER TABLE appointments ADD COLUMN visitor_key text;
UPDATE appointments SET visitor_key = ' ' || lower(visitor_name) || ' ' WHERE visitor_name IS NOT NULL;

-- Lists by branch, service and start, whose filters need no row. Names are
-- looked for in it too, within some days: that costs a booking less than an
-- index of words.
CREATE INDEX appointments_list ON appointments (branch_id, service_id, start_at, id)
    INCLUDE (status, channel, visitor_key) WHERE reference IS NOT NULL;

-- The list stays within the index as far as the table has been vacuumed, so
-- that is done every few days and not a few times a year.
ALTER TABLE appointments SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX appointments_mobile ON appointments (mobile) WHERE reference IS NOT NULL;
CREATE INDEX appointments_person ON appointments (person) WHERE reference IS NOT NULL;
CREATE INDEX appointments_representative ON appointments (representative_identity)
    WHERE representative_identity IS NOT NULL;

-- +goose Down
ALTER TABLE appointments RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_scale_factor);
DROP INDEX appointments_representative, appointments_person, appointments_mobile, appointments_list;
ALTER TABLE appointments DROP COLUMN visitor_key;
