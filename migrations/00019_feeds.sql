-- Calendars of visits at secret addresses.

-- +goose Up

-- The address itself is nowhere: token is the hash of what is in it. One that
-- was revoked stays, so that its readers are told that it is gone.
CREATE TABLE feeds (
    id            uuid PRIMARY KEY,
    token         bytea NOT NULL CHECK (length(token) = 32),
    name          text NOT NULL CHECK (name <> ''),
    department_id smallint NOT NULL REFERENCES departments,
    desk_group_id integer REFERENCES desk_groups, -- NULL: all of the department
    lang          text NOT NULL CHECK (lang IN ('ar', 'en')),
    created_at    timestamptz NOT NULL,
    created_by    text NOT NULL CHECK (created_by <> ''),
    revoked_at    timestamptz,
    CONSTRAINT feeds_token UNIQUE (token)
);
CREATE INDEX feeds_standing ON feeds (department_id) WHERE revoked_at IS NULL;

-- Visits of a desk group by their start. Only what had a name put to it has a
-- reference, and keeps it.
CREATE INDEX appointments_of_group ON appointments (desk_group_id, start_at) WHERE reference IS NOT NULL;

-- +goose Down
DROP INDEX appointments_of_group;
DROP TABLE feeds;
