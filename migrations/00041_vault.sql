-- How what is personal is sealed (docs/adr/0053-data-at-rest.md). Sealed rows have it where it
-- always was: visitor_name has all that is sealed of a visit, the columns that are searched have
-- hashes. A replica of the former version reads whole rows of appointments, so they get no column.

-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS vault (
    one       boolean CONSTRAINT vault_pkey PRIMARY KEY DEFAULT true CONSTRAINT vault_one CHECK (one),
    key_id    bigint NOT NULL,  -- the key of the ring that writes
    hashes    text NOT NULL,    -- the key of pseudonyms and hashes, sealed by it
    sealing   boolean NOT NULL, -- false: rows are written in clear, for replicas of the former version
    left_rows bigint NOT NULL DEFAULT 0 -- rows that ziyara rekey has still to seal
);

ALTER TABLE verifications ADD COLUMN IF NOT EXISTS sealed text; -- the mobile, of which mobile is a hash then

-- A comment of 1000 letters, sealed.
ALTER TABLE survey_answers
    DROP CONSTRAINT IF EXISTS survey_answers_comment,
    ADD CONSTRAINT survey_answers_comment CHECK (comment <> '' AND char_length(comment) <= 6000) NOT VALID;
ALTER TABLE survey_answers VALIDATE CONSTRAINT survey_answers_comment;

-- +goose Down
ALTER TABLE survey_answers
    DROP CONSTRAINT IF EXISTS survey_answers_comment,
    ADD CONSTRAINT survey_answers_comment CHECK (comment <> '' AND char_length(comment) <= 1000) NOT VALID;
ALTER TABLE survey_answers VALIDATE CONSTRAINT survey_answers_comment;
ALTER TABLE verifications DROP COLUMN IF EXISTS sealed;
DROP TABLE IF EXISTS vault;
