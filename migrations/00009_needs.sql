-- What visitors to a service may declare beside the common needs, and how much
-- longer the visit gets by it.

-- +goose Up
ALTER TABLE services ADD COLUMN needs jsonb NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE services DROP COLUMN needs;
