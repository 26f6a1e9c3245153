-- Who waits for a place that somebody gives back, and what they were offered.

-- +goose Up

CREATE TABLE waitlist_entries (
    id         uuid PRIMARY KEY,
    -- The order of arrival: who comes first has the first choice.
    position   bigint GENERATED ALWAYS AS IDENTITY,
    state      text NOT NULL DEFAULT 'waiting'
               CHECK (state IN ('waiting', 'booked', 'left', 'expired', 'unanswered')),
    branch_id  smallint NOT NULL REFERENCES branches,
    service_id smallint NOT NULL REFERENCES services,
    from_day   date NOT NULL,
    to_day     date NOT NULL,
    earliest   smallint NOT NULL, -- wall time of the start, minutes from 00:00, inclusive
    latest     smallint NOT NULL, -- the same, inclusive
    party      smallint NOT NULL CHECK (party > 0),
    created_at timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL, -- when to_day is over
    ended_at   timestamptz,

    -- The hold of the last offer that was not declined, and until when it
    -- stands; offer_until is NULL once it was seen that it does not.
    hold_id     uuid,
    offer_until timestamptz,
    ignored     smallint NOT NULL DEFAULT 0 CHECK (ignored >= 0),

    -- What the visit is booked with; the same columns as in appointments.
    person        uuid NOT NULL,
    mobile        text NOT NULL,
    lang          text NOT NULL CHECK (lang IN ('ar', 'en')),
    visitor_name  text NOT NULL,
    identity_kind text NOT NULL,
    identity      text NOT NULL,
    email         text,
    representative_name          text,
    representative_identity_kind text,
    representative_identity      text,
    wakala                       text,
    wakala_expires               date,
    needs         text[] NOT NULL DEFAULT '{}',

    CONSTRAINT waitlist_entries_range CHECK (to_day >= from_day AND to_day - from_day < 62),
    CONSTRAINT waitlist_entries_times CHECK (latest >= earliest AND earliest >= 0),
    CONSTRAINT waitlist_entries_ended CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CONSTRAINT waitlist_entries_offer CHECK (offer_until IS NULL OR (hold_id IS NOT NULL AND state = 'waiting'))
);
-- A person waits for a service once, wherever.
CREATE UNIQUE INDEX waitlist_entries_person ON waitlist_entries (person, service_id) WHERE state = 'waiting';
-- Who waits, in order. A service at a branch has one desk group.
CREATE INDEX waitlist_entries_line ON waitlist_entries (branch_id, service_id, position) WHERE state = 'waiting';
CREATE INDEX waitlist_entries_over ON waitlist_entries (ends_at) WHERE state = 'waiting';
CREATE INDEX waitlist_entries_purge ON waitlist_entries (ended_at) WHERE state <> 'waiting';

-- What an entry was offered. The primary key keeps it from being asked for the
-- same start again. The hold has no foreign key: when it came to nothing it is
-- purged, and the offer stays as long as its entry.
CREATE TABLE waitlist_offers (
    entry_id   uuid NOT NULL REFERENCES waitlist_entries ON DELETE CASCADE,
    start_at   timestamptz NOT NULL,
    end_at     timestamptz NOT NULL,
    hold_id    uuid NOT NULL UNIQUE,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
    PRIMARY KEY (entry_id, start_at)
);

-- That a desk group is to be looked at: a place was given back on a day that
-- somebody waits for, or somebody joined. Rows are only added and removed, so
-- nobody who gives a place back waits for whoever is offering.
CREATE TABLE waitlist_marks (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    desk_group_id integer NOT NULL
);
CREATE INDEX waitlist_marks_desk_group ON waitlist_marks (desk_group_id);

-- +goose Down
DROP TABLE waitlist_marks;
DROP TABLE waitlist_offers;
DROP TABLE waitlist_entries;
