-- Waiting for an earlier start of a visit: the reference of that visit.

-- +goose Up
ALTER TABLE waitlist_entries ADD COLUMN replaces text; -- NULL for a new visit

-- As in 00018; an entry for an earlier start was served by its offer when the visit begins
-- at the offered start.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_waitlist_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF NEW.replaces IS NULL THEN
        SELECT a.created_at AS at, o.start_at INTO visit
        FROM waitlist_offers o
        JOIN appointments a ON a.id = o.hold_id AND a.branch_id = NEW.branch_id
        WHERE o.hold_id = coalesce(NEW.hold_id, OLD.hold_id) AND a.reference IS NOT NULL;
    ELSE
        SELECT NEW.ended_at AS at, o.start_at INTO visit
        FROM waitlist_offers o
        JOIN appointments a ON a.reference = NEW.replaces AND a.start_at = o.start_at
        WHERE o.hold_id = coalesce(NEW.hold_id, OLD.hold_id);
    END IF;
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
    VALUES (visit.at, NEW.branch_id, NEW.service_id, 'accepted', visit.start_at, extract(epoch FROM visit.at - since));
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_waitlist_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
ALTER TABLE waitlist_entries DROP COLUMN replaces;
