-- What reports count beside visits, messages and the ledger.

-- +goose Up

-- Visits and messages come in the order of their time, so a range of it lies
-- together, and this is enough to find it. Neither index costs a booking more
-- than a comparison.
CREATE INDEX appointments_day ON appointments USING brin (day) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX messages_created ON messages USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
-- What few visits have in their history, to be found without reading the rest.
CREATE INDEX appointment_events_rare ON appointment_events (appointment_id, branch_id, kind, at, actor)
    WHERE kind IN ('requested', 'restored', 'moved', 'cancelled');

-- Whatever has a reference, by the names of what it belongs to.
CREATE VIEW reported_visits AS
SELECT a.branch_id, a.id, a.status, a.day, a.ticks, a.places, a.start_at, a.end_at, a.created_at, a.party, a.version, a.channel,
       a.desk_group_id, s.slug AS service, d.slug AS department, b.slug AS branch
FROM appointments a
JOIN services s ON s.id = a.service_id
JOIN departments d ON d.id = s.department_id
JOIN branches b ON b.id = a.branch_id
WHERE a.reference IS NOT NULL;

-- Whether a report counts what belongs to a department, a branch, a service and
-- a channel. NULL wants all of them; whoever asks sees everything, or their own
-- departments and branches.
CREATE FUNCTION reported(department text, branch text, service text, channel text,
                         own_departments text[], own_branches text[],
                         wanted_department text, wanted_branch text, wanted_service text, wanted_channel text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN (wanted_department IS NULL OR department = wanted_department)
        AND (wanted_branch IS NULL OR branch = wanted_branch)
        AND (wanted_service IS NULL OR service = wanted_service)
        AND (wanted_channel IS NULL OR channel = wanted_channel)
        AND ((own_departments IS NULL AND own_branches IS NULL) OR department = ANY (own_departments) OR branch = ANY (own_branches));

-- What was open on past dates on which nobody booked, so that they have no
-- ledger day: calendars change later, what was open then does not.
CREATE TABLE idle_days (
    branch_id     smallint NOT NULL,
    desk_group_id integer NOT NULL,
    day           date NOT NULL,
    open_ticks    integer NOT NULL CHECK (open_ticks >= 0), -- summed over places
    PRIMARY KEY (branch_id, desk_group_id, day),
    FOREIGN KEY (branch_id, desk_group_id) REFERENCES desk_groups (branch_id, id)
);

-- What was asked for, by the local date on which it was; replicas add to it
-- now and then. What they have counted since goes with them when they crash.
CREATE TABLE demand_counts (
    day        date NOT NULL,
    branch_id  smallint NOT NULL REFERENCES branches,
    service_id smallint NOT NULL REFERENCES services,
    channel    text NOT NULL CHECK (channel IN ('public', 'agent', 'walk_in', 'protected')),
    outcome    text NOT NULL CHECK (outcome IN ('empty_search', 'refused_hold', 'granted_hold')),
    n          bigint NOT NULL CHECK (n > 0),
    PRIMARY KEY (day, branch_id, service_id, channel, outcome)
);

-- What became of those who wait, without who they were: entries are removed
-- two days after they ended. start_at is of what was offered.
CREATE TABLE waitlist_log (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at             timestamptz NOT NULL,
    branch_id      smallint NOT NULL REFERENCES branches,
    service_id     smallint NOT NULL REFERENCES services,
    kind           text NOT NULL CHECK (kind IN (
        'joined', 'offered', 'accepted', 'declined', 'ignored', 'served_otherwise', 'left', 'expired', 'unanswered')),
    start_at       timestamptz,
    -- Of what was accepted: since it was first offered after it was last taken.
    refill_seconds integer CHECK (refill_seconds >= 0),
    CONSTRAINT waitlist_log_refill CHECK (refill_seconds IS NULL OR kind = 'accepted')
);
CREATE INDEX waitlist_log_at ON waitlist_log (at);
CREATE INDEX waitlist_log_start ON waitlist_log (branch_id, service_id, start_at, id) WHERE kind IN ('offered', 'accepted');

-- +goose StatementBegin
CREATE FUNCTION log_waitlist_join() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO waitlist_log (at, branch_id, service_id, kind) VALUES (NEW.created_at, NEW.branch_id, NEW.service_id, 'joined');
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER waitlist_entries_logged AFTER INSERT ON waitlist_entries
    FOR EACH ROW EXECUTE FUNCTION log_waitlist_join();

-- +goose StatementBegin
CREATE FUNCTION log_waitlist_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO waitlist_log (at, branch_id, service_id, kind, start_at)
    SELECT NEW.made_at, e.branch_id, e.service_id, 'offered', NEW.start_at FROM waitlist_entries e WHERE e.id = NEW.entry_id;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER waitlist_offers_logged AFTER INSERT ON waitlist_offers
    FOR EACH ROW EXECUTE FUNCTION log_waitlist_offer();

-- An entry that ends booked was served by its offer when that became a visit.
-- An offer is no more without the entry being over: it was declined, or it ran
-- out.
-- +goose StatementBegin
CREATE FUNCTION log_waitlist_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    visit record;
    since timestamptz;
BEGIN
    IF NEW.ignored > OLD.ignored THEN
        INSERT INTO waitlist_log (at, branch_id, service_id, kind) VALUES (OLD.offer_until, NEW.branch_id, NEW.service_id, 'ignored');
    END IF;
    IF NEW.state = 'waiting' AND OLD.hold_id IS NOT NULL AND NEW.hold_id IS NULL THEN
        INSERT INTO waitlist_log (at, branch_id, service_id, kind)
        SELECT o.made_at, NEW.branch_id, NEW.service_id, 'declined' FROM waitlist_offers o WHERE o.hold_id = OLD.hold_id;
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NULL;
    END IF;
    IF NEW.state <> 'booked' THEN
        INSERT INTO waitlist_log (at, branch_id, service_id, kind) VALUES (NEW.ended_at, NEW.branch_id, NEW.service_id, NEW.state);
        RETURN NULL;
    END IF;
    SELECT a.created_at, o.start_at INTO visit
    FROM waitlist_offers o
    JOIN appointments a ON a.id = o.hold_id AND a.branch_id = NEW.branch_id
    WHERE o.hold_id = coalesce(NEW.hold_id, OLD.hold_id) AND a.reference IS NOT NULL;
    IF NOT FOUND THEN
        INSERT INTO waitlist_log (at, branch_id, service_id, kind) VALUES (NEW.ended_at, NEW.branch_id, NEW.service_id, 'served_otherwise');
        RETURN NULL;
    END IF;
    SELECT min(l.at) INTO since
    FROM waitlist_log l
    WHERE (l.branch_id, l.service_id, l.start_at) = (NEW.branch_id, NEW.service_id, visit.start_at) AND l.kind = 'offered'
      AND l.id > coalesce((
          SELECT max(t.id)
          FROM waitlist_log t
          WHERE (t.branch_id, t.service_id, t.start_at) = (NEW.branch_id, NEW.service_id, visit.start_at) AND t.kind = 'accepted'), 0);
    INSERT INTO waitlist_log (at, branch_id, service_id, kind, start_at, refill_seconds)
    VALUES (visit.created_at, NEW.branch_id, NEW.service_id, 'accepted', visit.start_at, extract(epoch FROM visit.created_at - since));
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER waitlist_entries_change_logged AFTER UPDATE ON waitlist_entries
    FOR EACH ROW WHEN (NEW.state <> OLD.state OR NEW.ignored <> OLD.ignored OR NEW.hold_id IS DISTINCT FROM OLD.hold_id)
    EXECUTE FUNCTION log_waitlist_change();

-- Who waits already.
INSERT INTO waitlist_log (at, branch_id, service_id, kind)
SELECT created_at, branch_id, service_id, 'joined' FROM waitlist_entries ORDER BY position;
INSERT INTO waitlist_log (at, branch_id, service_id, kind, start_at)
SELECT o.made_at, e.branch_id, e.service_id, 'offered', o.start_at
FROM waitlist_offers o
JOIN waitlist_entries e ON e.id = o.entry_id
ORDER BY o.made_at;

-- +goose Down
DROP TRIGGER waitlist_entries_change_logged ON waitlist_entries;
DROP TRIGGER waitlist_offers_logged ON waitlist_offers;
DROP TRIGGER waitlist_entries_logged ON waitlist_entries;
DROP FUNCTION log_waitlist_change;
DROP FUNCTION log_waitlist_offer;
DROP FUNCTION log_waitlist_join;
DROP TABLE waitlist_log;
DROP TABLE demand_counts;
DROP TABLE idle_days;
DROP FUNCTION reported;
DROP VIEW reported_visits;
DROP INDEX appointment_events_rare, messages_created, appointments_day;
