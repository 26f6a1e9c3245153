-- Changes of calendars together with what becomes of the visits whose places
-- they take.

-- +goose Up
CREATE TABLE changes (
    id           uuid PRIMARY KEY,
    state        text NOT NULL CHECK (state IN ('drafted', 'dropped', 'running', 'applied')),
    holiday_list text REFERENCES holiday_lists, -- NULL: the plan of a desk group is changed
    edit         jsonb NOT NULL,
    decision     text NOT NULL CHECK (decision IN ('keep', 'cancel', 'propose')), -- where no other is taken
    reason       jsonb NOT NULL,
    actor        text NOT NULL CHECK (actor <> ''),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz, -- of a draft
    applied_at   timestamptz,
    finished_at  timestamptz,
    CONSTRAINT changes_drafted CHECK ((state IN ('drafted', 'dropped')) = (applied_at IS NULL) AND (state <> 'drafted' OR expires_at IS NOT NULL)),
    CONSTRAINT changes_finished CHECK ((state = 'applied') = (finished_at IS NOT NULL))
);
CREATE INDEX changes_running ON changes (applied_at) WHERE state = 'running';
CREATE INDEX changes_drafts ON changes (expires_at) WHERE state IN ('drafted', 'dropped');

-- The desk groups whose calendars it changes, with the version that was read.
CREATE TABLE change_groups (
    change_id     uuid NOT NULL REFERENCES changes ON DELETE CASCADE,
    branch_id     smallint NOT NULL,
    desk_group_id integer NOT NULL,
    version       bigint NOT NULL,
    PRIMARY KEY (change_id, desk_group_id),
    FOREIGN KEY (branch_id, desk_group_id) REFERENCES desk_groups (branch_id, id)
);
CREATE INDEX change_groups_group ON change_groups (desk_group_id, change_id);

-- The visits that lose their places, and what becomes of each. The hold of a
-- draft's proposal has no foreign key, as that of a request has none.
CREATE TABLE change_visits (
    change_id      uuid NOT NULL REFERENCES changes ON DELETE CASCADE,
    branch_id      smallint NOT NULL,
    appointment_id uuid NOT NULL,
    decision       text NOT NULL CHECK (decision IN ('keep', 'cancel', 'propose')),
    state          text NOT NULL CHECK (state IN (
        'planned', 'pending', 'waiting', 'kept', 'called_off', 'accepted', 'chose', 'cancelled', 'superseded', 'restored')),
    booked_at      timestamptz NOT NULL,
    start_at       timestamptz NOT NULL, -- that is lost
    hold_id        uuid,
    proposed_at    timestamptz,          -- start of the hold
    answered_at    timestamptz,
    answered_by    text CHECK (answered_by <> ''), -- of the staff; NULL for the visitor
    calls          smallint NOT NULL DEFAULT 0 CHECK (calls >= 0),
    called_at      timestamptz,
    note           text CHECK (note <> ''),
    PRIMARY KEY (appointment_id, branch_id, change_id),
    FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE,
    CONSTRAINT change_visits_proposed CHECK ((hold_id IS NULL) = (proposed_at IS NULL)),
    CONSTRAINT change_visits_called CHECK ((calls = 0) = (called_at IS NULL))
);
CREATE INDEX change_visits_list ON change_visits (change_id, state, start_at, appointment_id);
CREATE INDEX change_visits_pending ON change_visits (change_id, booked_at, appointment_id) WHERE state = 'pending';
CREATE INDEX change_visits_waiting ON change_visits (start_at) WHERE state = 'waiting';
-- One change at a time asks a visitor.
CREATE UNIQUE INDEX change_visits_one_open ON change_visits (appointment_id, branch_id) WHERE state IN ('pending', 'waiting', 'kept');

-- Whatever a visitor or somebody of the staff does with an affected visit is
-- the answer; no way of doing it misses the list. And whoever has left a place
-- does not lack it any more.
-- +goose StatementBegin
CREATE FUNCTION answer_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'refused' THEN -- the proposed place is given back, and another start is still needed
        UPDATE change_visits
        SET hold_id = NULL, proposed_at = NULL
        WHERE (appointment_id, branch_id) = (NEW.appointment_id, NEW.branch_id) AND state = 'waiting';
        RETURN NULL;
    END IF;
    DELETE FROM unsupported_visits WHERE appointment_id = NEW.appointment_id;
    UPDATE change_visits
    SET state = CASE NEW.kind WHEN 'accepted' THEN 'accepted' WHEN 'moved' THEN 'chose' ELSE 'cancelled' END,
        answered_at = NEW.at, answered_by = NEW.actor
    WHERE (appointment_id, branch_id) = (NEW.appointment_id, NEW.branch_id) AND state IN ('pending', 'waiting', 'kept');
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER appointment_events_answer AFTER INSERT ON appointment_events
    FOR EACH ROW WHEN (NEW.kind IN ('accepted', 'refused', 'moved', 'cancelled', 'declined')) EXECUTE FUNCTION answer_change();

-- +goose Down
DROP TRIGGER appointment_events_answer ON appointment_events;
DROP FUNCTION answer_change;
DROP TABLE change_visits;
DROP TABLE change_groups;
DROP TABLE changes;
