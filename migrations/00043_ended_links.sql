-- A visitor can end all links to a visit, and another mobile or e-mail address ends them
-- (docs/adr/0061-ended-links.md). How often that happened is the generation of its links.

-- +goose Up
ALTER TABLE appointment_events ADD COLUMN ends_links boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE appointment_events DROP COLUMN ends_links;
