-- A department's own text is sent once a second person has approved it
-- (docs/adr/0024-texts.md). What was saved before, and by the former version of the program,
-- needs nobody.

-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE department_texts
    ADD COLUMN IF NOT EXISTS needs_approval boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS approved_at timestamptz,
    ADD COLUMN IF NOT EXISTS approved_by text;
ALTER TABLE department_texts
    DROP CONSTRAINT IF EXISTS department_texts_second_person,
    ADD CONSTRAINT department_texts_second_person CHECK (approved_by <> saved_by) NOT VALID;
ALTER TABLE department_texts VALIDATE CONSTRAINT department_texts_second_person;

-- +goose Down
ALTER TABLE department_texts
    DROP COLUMN IF EXISTS approved_by,
    DROP COLUMN IF EXISTS approved_at,
    DROP COLUMN IF EXISTS needs_approval;
