-- The version of a visit is the number of entries in its history
-- (docs/adr/0040-version.md). So that a visitor's confirmation raises it, it is
-- an entry of its own from now on; and the log of what staff do tells the same
-- number as everything else. appointments.version and appointment_events.version
-- stay what they were, the version of the visit's start: by it a message or a
-- confirmation is known to be about another start.

-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE appointment_events
    DROP CONSTRAINT IF EXISTS appointment_events_kind_check,
    ADD CONSTRAINT appointment_events_kind_check CHECK (kind IN (
        'requested', 'booked', 'approved', 'declined', 'proposed', 'accepted', 'refused', 'moved', 'confirmed', 'cancelled',
        'checked_in', 'started', 'completed', 'left', 'no_show', 'restored')) NOT VALID;
ALTER TABLE appointment_events VALIDATE CONSTRAINT appointment_events_kind_check;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_appointment_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_log (at, actor, action, subject, department_id, branch_id, after, reason)
    SELECT NEW.at, NEW.actor, NEW.kind,
           'appointment V-' || substr(a.reference, 1, 4) || '-' || substr(a.reference, 5, 4) || '-' || substr(a.reference, 9),
           s.department_id, NEW.branch_id,
           jsonb_build_object('start', NEW.start_at, 'version', (
               SELECT count(*)
               FROM appointment_events e
               WHERE e.appointment_id = NEW.appointment_id AND e.branch_id = NEW.branch_id AND e.id <= NEW.id)), NEW.reason
    FROM appointments a
    LEFT JOIN services s ON s.id = a.service_id
    WHERE (a.id, a.branch_id) = (NEW.appointment_id, NEW.branch_id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_appointment_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_log (at, actor, action, subject, department_id, branch_id, after, reason)
    SELECT NEW.at, NEW.actor, NEW.kind,
           'appointment V-' || substr(a.reference, 1, 4) || '-' || substr(a.reference, 5, 4) || '-' || substr(a.reference, 9),
           s.department_id, NEW.branch_id,
           jsonb_build_object('start', NEW.start_at, 'version', NEW.version), NEW.reason
    FROM appointments a
    LEFT JOIN services s ON s.id = a.service_id
    WHERE (a.id, a.branch_id) = (NEW.appointment_id, NEW.branch_id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
DELETE FROM webhook_deliveries d
USING appointment_events e
WHERE (e.appointment_id, e.branch_id, e.id) = (d.appointment_id, d.branch_id, d.event_id) AND e.kind = 'confirmed';
DELETE FROM appointment_events WHERE kind = 'confirmed';
ALTER TABLE appointment_events
    DROP CONSTRAINT IF EXISTS appointment_events_kind_check,
    ADD CONSTRAINT appointment_events_kind_check CHECK (kind IN (
        'requested', 'booked', 'approved', 'declined', 'proposed', 'accepted', 'refused', 'moved', 'cancelled',
        'checked_in', 'started', 'completed', 'left', 'no_show', 'restored')) NOT VALID;
ALTER TABLE appointment_events VALIDATE CONSTRAINT appointment_events_kind_check;
