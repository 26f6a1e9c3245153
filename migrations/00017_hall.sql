-- The hall: who has come, whose turn it is, who is called where, and how a
-- visit ended.

-- +goose Up

-- What the hall goes by, per service (catalog.HallRules).
ALTER TABLE services
    ADD COLUMN hall_early_minutes   smallint NOT NULL DEFAULT 60 CHECK (hall_early_minutes BETWEEN 0 AND 480),
    ADD COLUMN hall_late_minutes    smallint NOT NULL DEFAULT 10 CHECK (hall_late_minutes BETWEEN 0 AND 240),
    ADD COLUMN hall_late_turn       text NOT NULL DEFAULT 'behind' CHECK (hall_late_turn IN ('behind', 'arrival', 'kept')),
    ADD COLUMN hall_no_show_minutes smallint NOT NULL DEFAULT 15 CHECK (hall_no_show_minutes BETWEEN 5 AND 480);

-- A visit stays booked while its visitor is in the hall. Its place stays
-- taken when it is over; what is left of a place that nobody came for is given
-- back, and the appointment keeps only the part that has passed.
ALTER TABLE appointments
    DROP CONSTRAINT appointments_status_check,
    ADD CONSTRAINT appointments_status_check CHECK (status IN (
        'held', 'released', 'expired', 'requested', 'booked', 'declined', 'cancelled', 'completed', 'no_show')),
    DROP CONSTRAINT appointments_booked_complete,
    ADD CONSTRAINT appointments_booked_complete CHECK (
        status NOT IN ('requested', 'booked', 'declined', 'cancelled', 'completed', 'no_show')
        OR (reference IS NOT NULL AND version > 0 AND person IS NOT NULL AND lang IS NOT NULL
            AND visitor_name IS NOT NULL AND identity IS NOT NULL));

-- The visits of a branch on a day, and those of a person there.
CREATE INDEX appointments_hall ON appointments (branch_id, day, start_at, id)
    WHERE status IN ('booked', 'completed', 'no_show');

-- What a no-show rests on is kept with it.
ALTER TABLE appointment_events
    ADD COLUMN evidence jsonb,
    DROP CONSTRAINT appointment_events_kind_check,
    ADD CONSTRAINT appointment_events_kind_check CHECK (kind IN (
        'requested', 'booked', 'approved', 'declined', 'proposed', 'accepted', 'refused', 'moved', 'cancelled',
        'checked_in', 'started', 'completed', 'left', 'no_show', 'restored')),
    ADD CONSTRAINT appointment_events_evidence CHECK (kind <> 'no_show' OR evidence IS NOT NULL);

-- The desks of a desk group, as the display names them.
CREATE TABLE desks (
    branch_id     smallint NOT NULL,
    desk_group_id integer NOT NULL,
    name          text NOT NULL CHECK (name <> '' AND length(name) <= 10),
    accessible    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (branch_id, name),
    FOREIGN KEY (branch_id, desk_group_id) REFERENCES desk_groups (branch_id, id)
);
CREATE INDEX desks_group ON desks (desk_group_id);

-- One row for a branch and a local date. Whoever changes the hall of that day
-- locks it first, so that numbers and calls come in the order of their commits.
CREATE TABLE hall_days (
    branch_id smallint NOT NULL REFERENCES branches,
    day       date NOT NULL,
    numbers   smallint NOT NULL DEFAULT 0, -- given so far
    calls     integer NOT NULL DEFAULT 0,  -- made so far
    PRIMARY KEY (branch_id, day)
) WITH (fillfactor = 50);

-- Who has come, one row for each visit. booked_start is the start that the
-- visit had then, turn_at the time by which its turn comes (hall.Turn).
CREATE TABLE arrivals (
    branch_id      smallint NOT NULL,
    appointment_id uuid NOT NULL,
    day            date NOT NULL,
    service_id     smallint NOT NULL,
    desk_group_id  integer NOT NULL,
    number         smallint NOT NULL CHECK (number > 0),
    booked_start   timestamptz NOT NULL,
    booked_minutes smallint NOT NULL CHECK (booked_minutes > 0),
    arrived_at     timestamptz NOT NULL,
    turn_at        timestamptz NOT NULL,
    late           boolean NOT NULL,
    walk_in        boolean NOT NULL,
    accessible     boolean NOT NULL, -- wants an accessible desk
    state          text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'called', 'serving', 'completed', 'left')),
    calls          smallint NOT NULL DEFAULT 0 CHECK (calls >= 0),
    misses         smallint NOT NULL DEFAULT 0 CHECK (misses BETWEEN 0 AND calls), -- calls that nobody answered
    first_called_at timestamptz,
    called_at      timestamptz, -- last
    desk           text,
    started_at     timestamptz,
    completed_at   timestamptz,
    left_at        timestamptz,
    PRIMARY KEY (appointment_id, branch_id),
    FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE,
    CONSTRAINT arrivals_number UNIQUE (branch_id, day, number),
    CONSTRAINT arrivals_times CHECK (
        turn_at >= least(booked_start, arrived_at) AND first_called_at >= arrived_at AND called_at >= first_called_at
        AND started_at >= arrived_at AND completed_at >= started_at AND left_at >= arrived_at),
    CONSTRAINT arrivals_called CHECK ((calls = 0) = (called_at IS NULL) AND (calls = 0) = (first_called_at IS NULL)),
    CONSTRAINT arrivals_state CHECK (
        (state IN ('serving', 'completed')) = (started_at IS NOT NULL)
        AND (state = 'completed') = (completed_at IS NOT NULL)
        AND (state = 'left') = (left_at IS NOT NULL)
        AND (state NOT IN ('called', 'serving', 'completed') OR desk IS NOT NULL))
);
-- Who is in the hall now.
CREATE INDEX arrivals_present ON arrivals (branch_id, day, desk_group_id, turn_at) WHERE state IN ('waiting', 'called', 'serving');
-- One visitor at a desk.
CREATE UNIQUE INDEX arrivals_desk ON arrivals (branch_id, day, desk) WHERE state IN ('called', 'serving');

-- Every call, for the display and as evidence. call counts within the day.
CREATE TABLE hall_calls (
    branch_id      smallint NOT NULL,
    day            date NOT NULL,
    call           integer NOT NULL CHECK (call > 0),
    appointment_id uuid NOT NULL,
    number         smallint NOT NULL,
    desk           text NOT NULL,
    at             timestamptz NOT NULL,
    actor          text NOT NULL CHECK (actor <> ''),
    PRIMARY KEY (branch_id, day, call),
    FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE
);
CREATE INDEX hall_calls_appointment ON hall_calls (appointment_id);

-- What was announced: visits to the desk group begin later by so much.
CREATE TABLE hall_delays (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    branch_id     smallint NOT NULL,
    day           date NOT NULL,
    desk_group_id integer NOT NULL,
    minutes       smallint NOT NULL CHECK (minutes BETWEEN 1 AND 480),
    at            timestamptz NOT NULL,
    until         timestamptz NOT NULL, -- of the starts that it is about, exclusive
    actor         text CHECK (actor <> ''), -- NULL for the estimate
    told          integer NOT NULL,
    FOREIGN KEY (branch_id, desk_group_id) REFERENCES desk_groups (branch_id, id)
);
CREATE INDEX hall_delays_day ON hall_delays (branch_id, day, desk_group_id, id);

-- Visits as reception sees them. Who had come and gone before the visit was
-- moved has not come for it.
CREATE VIEW hall_visits AS
SELECT a.id, a.reference, a.branch_id, a.desk_group_id, b.slug AS branch, s.slug AS service, a.day, a.start_at, a.end_at,
       a.version, a.party, a.status, a.channel, a.needs, a.visitor_name, a.person, a.mobile,
       a.first_tick, a.ticks, a.places,
       EXISTS (
           SELECT FROM appointment_events e
           WHERE (e.appointment_id, e.branch_id) = (a.id, a.branch_id) AND e.kind = 'restored') AS restored,
       CASE a.status WHEN 'booked' THEN coalesce(r.state, 'expected') ELSE a.status END AS stands,
       r.day AS hall_day, r.number, r.booked_start, r.booked_minutes, r.arrived_at, r.turn_at, r.late, r.walk_in, r.accessible,
       r.state, r.calls, r.misses, r.first_called_at, r.called_at, r.desk, r.started_at, r.completed_at, r.left_at
FROM appointments a
JOIN branches b ON b.id = a.branch_id
JOIN services s ON s.id = a.service_id
LEFT JOIN arrivals r ON (r.appointment_id, r.branch_id) = (a.id, a.branch_id)
    AND (r.booked_start = a.start_at OR r.state IN ('waiting', 'called', 'serving'));

-- A delay is told once for each number of minutes.
ALTER TABLE messages
    DROP CONSTRAINT messages_lead,
    ADD CONSTRAINT messages_lead CHECK ((kind IN ('reminder', 'delayed')) = (lead_minutes > 0));

-- +goose Down
DELETE FROM messages WHERE kind = 'delayed';
ALTER TABLE messages
    DROP CONSTRAINT messages_lead,
    ADD CONSTRAINT messages_lead CHECK ((kind = 'reminder') = (lead_minutes > 0));
DROP VIEW hall_visits;
DROP TABLE hall_delays;
DROP TABLE hall_calls;
DROP TABLE arrivals;
DROP TABLE hall_days;
DROP TABLE desks;
DELETE FROM appointment_events WHERE kind IN ('checked_in', 'started', 'completed', 'left', 'no_show', 'restored');
ALTER TABLE appointment_events
    DROP CONSTRAINT appointment_events_evidence,
    DROP CONSTRAINT appointment_events_kind_check,
    ADD CONSTRAINT appointment_events_kind_check CHECK (kind IN (
        'requested', 'booked', 'approved', 'declined', 'proposed', 'accepted', 'refused', 'moved', 'cancelled')),
    DROP COLUMN evidence;
DROP INDEX appointments_hall;
-- Before, a past visit was booked for ever. What its person had at that time
-- besides is nobody's concern any more.
UPDATE appointments SET status = 'booked', person = gen_random_uuid() WHERE status IN ('completed', 'no_show');
ALTER TABLE appointments
    DROP CONSTRAINT appointments_booked_complete,
    ADD CONSTRAINT appointments_booked_complete CHECK (
        status NOT IN ('requested', 'booked', 'declined', 'cancelled')
        OR (reference IS NOT NULL AND version > 0 AND person IS NOT NULL AND lang IS NOT NULL
            AND visitor_name IS NOT NULL AND identity IS NOT NULL)),
    DROP CONSTRAINT appointments_status_check,
    ADD CONSTRAINT appointments_status_check CHECK (status IN (
        'held', 'released', 'expired', 'requested', 'booked', 'declined', 'cancelled'));
ALTER TABLE services
    DROP COLUMN hall_no_show_minutes, DROP COLUMN hall_late_turn, DROP COLUMN hall_late_minutes, DROP COLUMN hall_early_minutes;
