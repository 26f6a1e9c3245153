-- What visitors are told, and the proof of their mobile numbers.

-- +goose Up

-- The code itself is nowhere: it follows from the id and the program's secret.
CREATE TABLE verifications (
    id          uuid PRIMARY KEY,
    mobile      text NOT NULL,
    address     bytea NOT NULL, -- keyed hash of the network address
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    tries       smallint NOT NULL DEFAULT 0,
    verified_at timestamptz,
    CONSTRAINT verifications_tries CHECK (tries BETWEEN 0 AND 5)
);
CREATE INDEX verifications_mobile ON verifications (mobile, created_at);
CREATE INDEX verifications_address ON verifications (address, created_at);
CREATE INDEX verifications_age ON verifications (created_at);

-- The message ledger is the queue: a row is written in the transaction that
-- makes it true, and its text only when it is about to be sent.
CREATE TABLE messages (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('verification_code', 'booked', 'moved', 'cancelled')),
    branch_id       smallint,
    appointment_id  uuid,
    start_version   integer,
    verification_id uuid REFERENCES verifications ON DELETE CASCADE,
    lang            text NOT NULL CHECK (lang IN ('ar', 'en')),
    state           text NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'sending', 'accepted', 'dropped', 'failed')),
    created_at      timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL, -- while sending: the end of the lease
    expires_at      timestamptz NOT NULL,
    attempts        smallint NOT NULL DEFAULT 0,
    finished_at     timestamptz,
    reason          text,
    text            text,
    segments        smallint,
    gateway_id      text,
    FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE,
    CONSTRAINT messages_about CHECK (
        (verification_id IS NOT NULL AND appointment_id IS NULL)
        OR (verification_id IS NULL AND appointment_id IS NOT NULL AND start_version IS NOT NULL)),
    -- One message per fact.
    CONSTRAINT messages_fact UNIQUE (appointment_id, start_version, kind),
    CONSTRAINT messages_no_code_kept CHECK (kind <> 'verification_code' OR text IS NULL)
);
-- For removing a verification with its message.
CREATE INDEX messages_verification ON messages (verification_id) WHERE verification_id IS NOT NULL;
CREATE INDEX messages_due ON messages (next_attempt_at) WHERE state IN ('queued', 'sending');

-- +goose Down
DROP TABLE messages;
DROP TABLE verifications;
