-- Parts of the centre are paused for a while, or retired, instead of deleted
-- (docs/adr/0059-the-centre-for-years.md). The value is that of a file: pauses, retired.

-- +goose Up
ALTER TABLE branches ADD COLUMN standing jsonb NOT NULL DEFAULT '{}';
ALTER TABLE departments ADD COLUMN standing jsonb NOT NULL DEFAULT '{}';
ALTER TABLE services ADD COLUMN standing jsonb NOT NULL DEFAULT '{}';
ALTER TABLE desk_groups ADD COLUMN standing jsonb NOT NULL DEFAULT '{}';
ALTER TABLE entities ADD COLUMN standing jsonb NOT NULL DEFAULT '{}';
ALTER TABLE cancellation_reasons ADD COLUMN standing jsonb NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE cancellation_reasons DROP COLUMN standing;
ALTER TABLE entities DROP COLUMN standing;
ALTER TABLE desk_groups DROP COLUMN standing;
ALTER TABLE services DROP COLUMN standing;
ALTER TABLE departments DROP COLUMN standing;
ALTER TABLE branches DROP COLUMN standing;
