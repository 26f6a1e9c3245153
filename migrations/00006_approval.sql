-- Places for walk-ins that are released to all, the audit of what staff
-- decide, and visits that a department approves.

-- +goose Up
ALTER TABLE services
    ADD COLUMN walk_in_release_minutes smallint NOT NULL DEFAULT 0 -- wall time on the visit's date; 0: never
        CHECK (walk_in_release_minutes BETWEEN 0 AND 1440),
    ADD COLUMN approval_hours   smallint NOT NULL DEFAULT 0 CHECK (approval_hours BETWEEN 0 AND 720), -- 0: none needed
    ADD COLUMN approval_default text NOT NULL DEFAULT '' CHECK (approval_default IN ('', 'approve', 'decline')),
    ADD CONSTRAINT services_approval CHECK ((approval_hours = 0) = (approval_default = ''));

-- A request takes its place and counts for its person as a booked visit does.
-- A proposal is a hold that names the request: it ends as holds do. No foreign
-- key, so that holds cost no more than before; a request is never removed
-- while it waits.
ALTER TABLE appointments
    ADD COLUMN answer_by   timestamptz,
    ADD COLUMN proposed_to uuid,
    DROP CONSTRAINT appointments_status_check,
    ADD CONSTRAINT appointments_status_check CHECK (status IN (
        'held', 'released', 'expired', 'requested', 'booked', 'declined', 'cancelled')),
    DROP CONSTRAINT appointments_booked_complete,
    ADD CONSTRAINT appointments_booked_complete CHECK (
        status NOT IN ('requested', 'booked', 'declined', 'cancelled')
        OR (reference IS NOT NULL AND version > 0 AND person IS NOT NULL AND lang IS NOT NULL
            AND visitor_name IS NOT NULL AND identity IS NOT NULL)),
    DROP CONSTRAINT appointments_person_counts,
    ADD CONSTRAINT appointments_person_counts CHECK (person_place IS NULL OR status IN ('requested', 'booked')),
    DROP CONSTRAINT appointments_person_overlap,
    ADD CONSTRAINT appointments_person_overlap EXCLUDE USING gist
        (person WITH =, tstzrange(start_at, end_at) WITH &&) WHERE (status IN ('requested', 'booked')),
    ADD CONSTRAINT appointments_requested_answer CHECK ((status = 'requested') = (answer_by IS NOT NULL)),
    ADD CONSTRAINT appointments_answer_in_time CHECK (answer_by <= start_at),
    ADD CONSTRAINT appointments_proposed_held CHECK (proposed_to IS NULL OR status IN ('held', 'released', 'expired'));

CREATE INDEX appointments_due_requests ON appointments (answer_by) WHERE status = 'requested';
-- Said so that no query for a proposal takes the index of overdue holds, which
-- looks as cheap while there are few.
CREATE UNIQUE INDEX appointments_one_proposal ON appointments (proposed_to)
    WHERE proposed_to IS NOT NULL AND status NOT IN ('released', 'expired');

-- Who of the staff it was, and why.
ALTER TABLE appointment_events
    ADD COLUMN actor  text CHECK (actor <> ''),
    ADD COLUMN reason text CHECK (reason <> ''),
    DROP CONSTRAINT appointment_events_kind_check,
    ADD CONSTRAINT appointment_events_kind_check CHECK (kind IN (
        'requested', 'booked', 'approved', 'declined', 'proposed', 'accepted', 'refused', 'moved', 'cancelled'));

-- +goose Down
ALTER TABLE appointment_events
    DROP COLUMN actor, DROP COLUMN reason,
    DROP CONSTRAINT appointment_events_kind_check,
    ADD CONSTRAINT appointment_events_kind_check CHECK (kind IN ('booked', 'moved', 'cancelled'));
ALTER TABLE appointments
    DROP CONSTRAINT appointments_proposed_held,
    DROP CONSTRAINT appointments_answer_in_time,
    DROP CONSTRAINT appointments_requested_answer,
    DROP CONSTRAINT appointments_person_overlap,
    ADD CONSTRAINT appointments_person_overlap EXCLUDE USING gist
        (person WITH =, tstzrange(start_at, end_at) WITH &&) WHERE (status = 'booked'),
    DROP CONSTRAINT appointments_person_counts,
    ADD CONSTRAINT appointments_person_counts CHECK (person_place IS NULL OR status = 'booked'),
    DROP CONSTRAINT appointments_booked_complete,
    ADD CONSTRAINT appointments_booked_complete CHECK (
        status NOT IN ('booked', 'cancelled')
        OR (reference IS NOT NULL AND version > 0 AND person IS NOT NULL AND lang IS NOT NULL
            AND visitor_name IS NOT NULL AND identity IS NOT NULL)),
    DROP CONSTRAINT appointments_status_check,
    ADD CONSTRAINT appointments_status_check CHECK (status IN ('held', 'released', 'expired', 'booked', 'cancelled')),
    DROP COLUMN proposed_to,
    DROP COLUMN answer_by;
ALTER TABLE services
    DROP CONSTRAINT services_approval,
    DROP COLUMN approval_default, DROP COLUMN approval_hours, DROP COLUMN walk_in_release_minutes;
