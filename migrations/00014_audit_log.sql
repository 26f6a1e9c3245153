-- Who of the staff did what, to whom and when. Nothing is changed in it, and
-- nothing is removed for twelve months.

-- +goose Up
CREATE TABLE audit_log (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL,
    actor         text NOT NULL CHECK (actor <> ''),
    action        text NOT NULL CHECK (action <> ''),
    subject       text NOT NULL CHECK (subject <> ''),
    department_id smallint REFERENCES departments,
    branch_id     smallint REFERENCES branches,
    before        jsonb,
    after         jsonb,
    reason        text CHECK (reason <> ''),
    request_id    text
);
CREATE INDEX audit_log_subject ON audit_log (subject, id);
CREATE INDEX audit_log_actor ON audit_log (actor, id);
CREATE INDEX audit_log_department ON audit_log (department_id, id);

-- +goose StatementBegin
CREATE FUNCTION audit_log_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '12 months' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only for twelve months' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_log_keeps_rows BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_keeps();
CREATE TRIGGER audit_log_keeps_all BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_keeps();

-- Whatever staff do to an appointment is in its history with their name; no
-- way of writing history misses the log.
-- +goose StatementBegin
CREATE FUNCTION audit_appointment_event() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER appointment_events_audited AFTER INSERT ON appointment_events
    FOR EACH ROW WHEN (NEW.actor IS NOT NULL) EXECUTE FUNCTION audit_appointment_event();

-- +goose Down
DROP TRIGGER appointment_events_audited ON appointment_events;
DROP FUNCTION audit_appointment_event;
DROP TABLE audit_log;
DROP FUNCTION audit_log_keeps;
