-- Things are shown in the order of the file that describes them; what no file has placed comes
-- last, in the order of adding (docs/adr/0059-the-centre-for-years.md).

-- +goose Up
ALTER TABLE branches ADD COLUMN position integer NOT NULL DEFAULT 2147483647;
ALTER TABLE departments ADD COLUMN position integer NOT NULL DEFAULT 2147483647;
ALTER TABLE service_standings ADD COLUMN position integer NOT NULL DEFAULT 2147483647;
ALTER TABLE entities ADD COLUMN position integer NOT NULL DEFAULT 2147483647;

-- +goose Down
ALTER TABLE entities DROP COLUMN position;
ALTER TABLE service_standings DROP COLUMN position;
ALTER TABLE departments DROP COLUMN position;
ALTER TABLE branches DROP COLUMN position;
