-- Plans that were changed, to undo the last change, and visits that lost
-- their places by one.

-- +goose Up

-- What a plan was before each of its last changes.
CREATE TABLE desk_group_plans (
    desk_group_id integer NOT NULL REFERENCES desk_groups,
    version       bigint NOT NULL, -- of the calendar that took its place
    plan          jsonb NOT NULL,
    actor         text NOT NULL CHECK (actor <> ''),
    at            timestamptz NOT NULL,
    PRIMARY KEY (desk_group_id, version)
);

-- A list of holidays has a version of its own, and what it was before its last
-- change.
ALTER TABLE holiday_lists
    ADD COLUMN version  bigint NOT NULL DEFAULT 1,
    ADD COLUMN previous jsonb;

-- Visits and requests whose place was taken away by a change of the calendar,
-- and since when (scheduling.Claim.Unsupported). A table of its own: what marks
-- them holds ledger days, and must not wait for whoever moves or cancels them.
CREATE TABLE unsupported_visits (
    appointment_id uuid PRIMARY KEY,
    branch_id      smallint NOT NULL,
    since          timestamptz NOT NULL,
    FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE
);

-- +goose Down
DROP TABLE unsupported_visits;
ALTER TABLE holiday_lists DROP COLUMN previous, DROP COLUMN version;
DROP TABLE desk_group_plans;
