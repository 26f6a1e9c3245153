-- Visits that were booked in another system, by their references there, so that a second run
-- of an import knows them (docs/adr/0062-moving-in.md).

-- +goose Up
CREATE TABLE imported_visits (
    old_reference  text NOT NULL CONSTRAINT imported_visits_pkey PRIMARY KEY, -- a keyed hash
    fingerprint    text NOT NULL, -- a keyed hash of service, branch, start and identity number, as they were imported
    branch_id      smallint NOT NULL,
    appointment_id uuid NOT NULL,
    CONSTRAINT imported_visits_visit FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE
);
CREATE INDEX imported_visits_of ON imported_visits (appointment_id);

-- +goose Down
DROP TABLE imported_visits;
