-- Capacity and the claims on it. Every key of a hot table holds the branch.

-- +goose Up

-- Places open and taken in each five-minute tick of one local date of a desk
-- group. first_tick counts from the beginning of the date. used may exceed
-- open after a coordinator has taken places away; a booking never makes it so.
CREATE TABLE ledger_days (
    branch_id        smallint NOT NULL,
    desk_group_id    integer NOT NULL,
    day              date NOT NULL,
    first_tick       smallint NOT NULL CHECK (first_tick >= 0),
    open             smallint[] NOT NULL,
    used             smallint[] NOT NULL,
    calendar_version bigint NOT NULL,
    version          bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (branch_id, desk_group_id, day),
    FOREIGN KEY (branch_id, desk_group_id) REFERENCES desk_groups (branch_id, id),
    CONSTRAINT ledger_days_same_ticks CHECK (cardinality(open) = cardinality(used)),
    CONSTRAINT ledger_days_not_negative CHECK (0 <= ALL (used) AND 0 <= ALL (open))
) WITH (fillfactor = 50); -- room for updates within the page

-- Holds and visits: one claim on the ledger from first to last.
CREATE TABLE appointments (
    branch_id     smallint NOT NULL,
    id            uuid NOT NULL,
    status        text NOT NULL CHECK (status IN ('held', 'released', 'expired', 'booked', 'cancelled')),
    -- No foreign key: every booking would lock the one row of its service.
    service_id    smallint NOT NULL,
    desk_group_id integer NOT NULL,
    day           date NOT NULL,
    first_tick    smallint NOT NULL,
    ticks         smallint NOT NULL CHECK (ticks > 0),
    places        smallint NOT NULL CHECK (places > 0),
    start_at      timestamptz NOT NULL,
    end_at        timestamptz NOT NULL,
    party         smallint NOT NULL CHECK (party > 0),
    channel       text NOT NULL CHECK (channel IN ('public', 'agent', 'walk_in', 'protected')),
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz,

    reference     text,
    version       integer NOT NULL DEFAULT 0,
    person        uuid,
    -- Which of the person's upcoming visits to this service it is: 1, 2, …
    -- up to the service's limit; NULL when it does not count (any more).
    person_place  smallint CHECK (person_place > 0),
    mobile        text,
    lang          text CHECK (lang IN ('ar', 'en')),
    visitor_name  text,
    identity_kind text,
    identity      text,
    email         text,
    representative_name          text,
    representative_identity_kind text,
    representative_identity      text,
    wakala                       text,
    wakala_expires               date,
    needs         text[] NOT NULL DEFAULT '{}',

    PRIMARY KEY (id, branch_id),
    CONSTRAINT appointments_reference_key UNIQUE (reference),
    FOREIGN KEY (branch_id, desk_group_id, day) REFERENCES ledger_days,
    CONSTRAINT appointments_time CHECK (end_at > start_at),
    CONSTRAINT appointments_hold_expires CHECK (status <> 'held' OR expires_at IS NOT NULL),
    CONSTRAINT appointments_booked_complete CHECK (
        status NOT IN ('booked', 'cancelled')
        OR (reference IS NOT NULL AND version > 0 AND person IS NOT NULL AND lang IS NOT NULL
            AND visitor_name IS NOT NULL AND identity IS NOT NULL)),
    CONSTRAINT appointments_person_counts CHECK (person_place IS NULL OR status = 'booked'),
    CONSTRAINT appointments_wakala_valid CHECK (wakala_expires >= day),
    -- One person, one place at a time, whatever runs at once.
    CONSTRAINT appointments_person_overlap EXCLUDE USING gist
        (person WITH =, tstzrange(start_at, end_at) WITH &&) WHERE (status = 'booked')
);

-- And no more than the service allows: the place numbers are distinct.
CREATE UNIQUE INDEX appointments_person_limit ON appointments (person, service_id, person_place)
    WHERE person_place IS NOT NULL;

CREATE INDEX appointments_overdue_holds ON appointments (expires_at) WHERE status = 'held';
CREATE INDEX appointments_ended ON appointments (end_at) WHERE person_place IS NOT NULL;
CREATE INDEX appointments_purge ON appointments (created_at) WHERE status IN ('released', 'expired');

CREATE TABLE appointment_events (
    id             bigint GENERATED ALWAYS AS IDENTITY,
    branch_id      smallint NOT NULL,
    appointment_id uuid NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('booked', 'moved', 'cancelled')),
    at             timestamptz NOT NULL,
    start_at       timestamptz NOT NULL,
    version        integer NOT NULL,
    PRIMARY KEY (appointment_id, branch_id, id),
    FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE
);

-- What a request that created something was told, to be told again.
CREATE TABLE idempotency_keys (
    key         text PRIMARY KEY,
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    answer      bytea NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- +goose Down
DROP TABLE idempotency_keys;
DROP TABLE appointment_events;
DROP TABLE appointments;
DROP TABLE ledger_days;
