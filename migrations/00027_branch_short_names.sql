-- Short names of branches, for SMS. NULL means that the name itself is used. The
-- table is small and is changed by no request.

-- +goose Up
ALTER TABLE branches
    ADD COLUMN short_name jsonb,
    ADD CONSTRAINT branches_short_name CHECK (short_name ?& ARRAY['ar', 'en']);

-- +goose Down
ALTER TABLE branches DROP COLUMN short_name;
