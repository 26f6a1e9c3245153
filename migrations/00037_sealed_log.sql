-- The log of what staff do says when by the clock of the database, and its entries are
-- sealed in a chain, so that a later change is seen (docs/adr/0055-the-log.md).

-- +goose Up
-- One seal for each entry: a hash over the entry and the seal before it. No key of the log,
-- because a seal outlives its entry.
CREATE TABLE audit_seals (
    number bigint CONSTRAINT audit_seals_pkey PRIMARY KEY, -- 1, 2, 3 and so on
    entry  bigint NOT NULL CONSTRAINT audit_seals_entry UNIQUE,
    hash   bytea NOT NULL CONSTRAINT audit_seals_hash CHECK (octet_length(hash) = 32),
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER audit_seals_keep_rows BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION audit_log_keeps();
CREATE TRIGGER audit_seals_keep_all BEFORE TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_keeps();

-- +goose StatementBegin
CREATE FUNCTION audit_log_dates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := clock_timestamp();
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_log_dated BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_dates();
ALTER TABLE audit_log ALTER COLUMN at SET DEFAULT clock_timestamp();

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_appointment_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_log (actor, action, subject, department_id, branch_id, after, reason)
    SELECT NEW.actor, NEW.kind,
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
ALTER TABLE audit_log ALTER COLUMN at DROP DEFAULT;
DROP TRIGGER audit_log_dated ON audit_log;
DROP FUNCTION audit_log_dates;
DROP TABLE audit_seals;
