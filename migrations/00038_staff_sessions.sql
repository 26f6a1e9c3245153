-- Sessions of staff in browsers, which can be listed and ended
-- (docs/adr/0054-staff-sessions.md).

-- +goose Up
CREATE TABLE staff_sessions (
    id       uuid CONSTRAINT staff_sessions_pkey PRIMARY KEY, -- names the session, and opens nothing
    token    bytea NOT NULL CONSTRAINT staff_sessions_token UNIQUE, -- SHA-256 of the secret that the browser has
    staff    text NOT NULL, -- who signed in
    subject  text NOT NULL, -- as the identity provider knows them
    sid      text,          -- the provider's own session
    browser  text NOT NULL, -- what it says that it is
    sealed   bytea NOT NULL, -- roles, and what the provider is asked with
    began_at timestamptz NOT NULL,
    seen_at  timestamptz NOT NULL, -- precise to a minute
    asked_at timestamptz NOT NULL, -- when the provider was last asked for the roles
    ends_at  timestamptz NOT NULL, -- at the latest
    ended_at timestamptz
);
CREATE INDEX staff_sessions_of_staff ON staff_sessions (staff, began_at) WHERE ended_at IS NULL;
CREATE INDEX staff_sessions_of_subject ON staff_sessions (subject) WHERE ended_at IS NULL;
CREATE INDEX staff_sessions_ends ON staff_sessions (ends_at);

-- +goose Down
DROP TABLE staff_sessions;
