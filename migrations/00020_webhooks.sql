-- Other systems are told what becomes of visits.

-- +goose Up

-- The transaction that wrote the event. Transactions commit in another order
-- than they draw ids, so a reader that goes by ids misses events; by
-- transactions it can tell which are over (docs/adr/0033). The default is
-- computed by the statement that writes the event. A summary of ranges of
-- pages is all the index there is: it costs a booking nothing.
ALTER TABLE appointment_events ADD COLUMN xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX appointment_events_xid ON appointment_events USING brin (xid) WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE webhooks (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CHECK (name <> ''),
    url           text NOT NULL,
    department_id smallint REFERENCES departments, -- NULL: all
    events        text[] NOT NULL,                 -- {}: all
    state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled', 'removed')),
    since         bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint), -- of transactions it is told
    secret        bytea NOT NULL, -- sealed
    former_secret bytea,          -- signs too, until
    former_until  timestamptz,
    created_at    timestamptz NOT NULL,
    created_by    text NOT NULL CHECK (created_by <> ''),
    failures      integer NOT NULL DEFAULT 0, -- in a row
    failing_since timestamptz,
    paused_until  timestamptz,
    ended_at      timestamptz, -- when it was disabled or removed
    ended_why     text CHECK (ended_why IN ('gone', 'failing', 'removed')),
    CONSTRAINT webhooks_former CHECK ((former_secret IS NULL) = (former_until IS NULL)),
    CONSTRAINT webhooks_failing CHECK ((failures = 0) = (failing_since IS NULL)),
    CONSTRAINT webhooks_ended CHECK ((state = 'active') = (ended_at IS NULL) AND (state = 'active') = (ended_why IS NULL))
);

-- The ledger of deliveries is their queue. Without an event it is a test.
CREATE TABLE webhook_deliveries (
    webhook_id      uuid NOT NULL REFERENCES webhooks,
    id              bigint GENERATED ALWAYS AS IDENTITY,
    message         uuid NOT NULL DEFAULT gen_random_uuid(), -- what the receiver knows it by
    branch_id       smallint,
    appointment_id  uuid,
    event_id        bigint,
    type            text NOT NULL CHECK (type <> ''),
    state           text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'delivered', 'failed')),
    created_at      timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL, -- while sending: the end of the lease
    attempts        smallint NOT NULL DEFAULT 0,
    finished_at     timestamptz,
    status          smallint, -- of the last answer
    detail          text,     -- what was wrong with the last attempt
    PRIMARY KEY (webhook_id, id),
    CONSTRAINT webhook_deliveries_message UNIQUE (message),
    FOREIGN KEY (appointment_id, branch_id, event_id) REFERENCES appointment_events (appointment_id, branch_id, id) ON DELETE CASCADE,
    -- Nothing is told twice, and what became of a visit is told in order.
    CONSTRAINT webhook_deliveries_event UNIQUE (appointment_id, webhook_id, event_id),
    CONSTRAINT webhook_deliveries_about CHECK (
        (appointment_id IS NULL) = (event_id IS NULL) AND (appointment_id IS NULL) = (branch_id IS NULL)),
    CONSTRAINT webhook_deliveries_finished CHECK ((finished_at IS NOT NULL) = (state IN ('delivered', 'failed')))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);

-- Up to which transaction, exclusive, events have become deliveries.
CREATE TABLE webhook_clock (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    xid    bigint NOT NULL
);
INSERT INTO webhook_clock (xid) VALUES (pg_current_xact_id()::text::bigint);

-- +goose Down
DROP TABLE webhook_clock;
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
DROP INDEX appointment_events_xid;
ALTER TABLE appointment_events DROP COLUMN xid;
