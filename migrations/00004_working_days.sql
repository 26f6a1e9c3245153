-- A service's notice and horizon may also count the days on which its desk
-- group is open.

-- +goose Up
ALTER TABLE services
    ADD COLUMN notice_working_days  smallint NOT NULL DEFAULT 0 CHECK (notice_working_days BETWEEN 0 AND 260), -- 0: none
    ADD COLUMN horizon_working_days smallint NOT NULL DEFAULT 0 CHECK (horizon_working_days BETWEEN 0 AND 260);

-- +goose Down
ALTER TABLE services DROP COLUMN notice_working_days, DROP COLUMN horizon_working_days;
