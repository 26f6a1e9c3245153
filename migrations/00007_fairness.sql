-- Fair shares: dates that open at a set time, pauses for those who book and
-- give up, numbers that bound standing holds, and places that stay back for a
-- while.

-- +goose Up
ALTER TABLE services
    ADD COLUMN opens_at_minutes      smallint NOT NULL DEFAULT 0 CHECK (opens_at_minutes BETWEEN 0 AND 1440), -- after midnight; 0: rolling
    ADD COLUMN release_delay_minutes integer NOT NULL DEFAULT 0 CHECK (release_delay_minutes >= 0),
    ADD COLUMN rebook_limit          smallint NOT NULL DEFAULT 3,
    ADD COLUMN rebook_window_minutes integer NOT NULL DEFAULT 10080,
    ADD COLUMN rebook_pause_minutes  integer NOT NULL DEFAULT 1440,
    ADD CONSTRAINT services_rebook CHECK (
        rebook_limit BETWEEN 1 AND 100 AND rebook_window_minutes > 0 AND rebook_pause_minutes > 0
        OR rebook_limit = 0 AND rebook_window_minutes = 0 AND rebook_pause_minutes = 0);

-- When a person gave up visits to a service, as far as it still matters, and
-- until when they book nothing new for it. Written in the person's turn by
-- what gives up; a booking only reads one row of it.
CREATE TABLE rebookings (
    person       uuid NOT NULL,
    service_id   smallint NOT NULL,
    given_up     timestamptz[] NOT NULL,
    paused_until timestamptz,
    forget_at    timestamptz NOT NULL,
    PRIMARY KEY (person, service_id)
);
CREATE INDEX rebookings_forget ON rebookings (forget_at);

-- Each standing hold of a network address, and each of a mobile number, has a
-- number of its own from 1 up to the limit: the indexes bound them, whatever
-- runs at once. Their condition is written so that a reader of one address
-- never goes through the index of all holds instead (see book.sql).
ALTER TABLE appointments
    ADD COLUMN address       bytea, -- keyed hash; only while held
    ADD COLUMN address_place smallint CHECK (address_place > 0),
    ADD COLUMN mobile_place  smallint CHECK (mobile_place > 0),
    ADD CONSTRAINT appointments_holder CHECK ((address IS NULL) = (address_place IS NULL) AND (mobile_place IS NULL OR mobile IS NOT NULL));
CREATE UNIQUE INDEX appointments_address_limit ON appointments (address, address_place)
    WHERE address IS NOT NULL AND status IS NOT DISTINCT FROM 'held';
CREATE UNIQUE INDEX appointments_mobile_limit ON appointments (mobile, mobile_place)
    WHERE mobile_place IS NOT NULL AND status IS NOT DISTINCT FROM 'held';

-- Places that were given up and are not offered yet: claims on the ledger, of
-- nobody. Their appointments have gone on, so they stand by themselves.
CREATE TABLE delayed_places (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    branch_id     smallint NOT NULL,
    desk_group_id integer NOT NULL,
    day           date NOT NULL,
    first_tick    smallint NOT NULL,
    ticks         smallint NOT NULL CHECK (ticks > 0),
    places        smallint NOT NULL CHECK (places > 0),
    service_id    smallint NOT NULL,
    start_at      timestamptz NOT NULL,
    end_at        timestamptz NOT NULL,
    release_at    timestamptz NOT NULL,
    FOREIGN KEY (branch_id, desk_group_id, day) REFERENCES ledger_days
);
CREATE INDEX delayed_places_due ON delayed_places (release_at);
CREATE INDEX delayed_places_day ON delayed_places (branch_id, desk_group_id, day);

-- +goose Down
-- What was kept back is offered.
UPDATE ledger_days l
SET version = version + 1,
    used = (
        SELECT array_agg((u - coalesce(back.places, 0))::smallint ORDER BY i)
        FROM unnest(l.used) WITH ORDINALITY AS t (u, i)
        LEFT JOIN (
            SELECT tick, sum(d.places) AS places
            FROM delayed_places d
            CROSS JOIN LATERAL generate_series(d.first_tick, d.first_tick + d.ticks - 1) AS tick
            WHERE (d.branch_id, d.desk_group_id, d.day) = (l.branch_id, l.desk_group_id, l.day)
            GROUP BY tick) AS back ON back.tick = l.first_tick + i - 1)
WHERE EXISTS (SELECT FROM delayed_places d WHERE (d.branch_id, d.desk_group_id, d.day) = (l.branch_id, l.desk_group_id, l.day));
DROP TABLE delayed_places;
DROP INDEX appointments_mobile_limit;
DROP INDEX appointments_address_limit;
ALTER TABLE appointments
    DROP CONSTRAINT appointments_holder,
    DROP COLUMN mobile_place,
    DROP COLUMN address_place,
    DROP COLUMN address;
DROP TABLE rebookings;
ALTER TABLE services
    DROP CONSTRAINT services_rebook,
    DROP COLUMN rebook_pause_minutes,
    DROP COLUMN rebook_window_minutes,
    DROP COLUMN rebook_limit,
    DROP COLUMN release_delay_minutes,
    DROP COLUMN opens_at_minutes;
