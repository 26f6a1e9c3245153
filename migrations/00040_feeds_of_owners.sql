-- A feed ends with the role of who made it (docs/adr/0030-feeds.md).

-- +goose Up
ALTER TABLE feeds ADD COLUMN confirmed_at timestamptz NOT NULL DEFAULT now(); -- when its owner was last seen with the role

-- +goose Down
ALTER TABLE feeds DROP COLUMN confirmed_at;
