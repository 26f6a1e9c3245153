-- Until when visitors have said that they are away: they come later than booked, or have
-- left the hall for a moment. A row is about the start that the visit had then
-- (appointments.version), as in appointment_confirmations.

-- +goose Up
CREATE TABLE visitors_away (
    branch_id      smallint NOT NULL,
    appointment_id uuid NOT NULL,
    start_version  integer NOT NULL,
    until          timestamptz NOT NULL,
    told_at        timestamptz NOT NULL,
    PRIMARY KEY (appointment_id, branch_id),
    FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE
);

-- hall_visits with it. The old program reads all columns of hall_visits, so that view can't
-- have one more.
CREATE VIEW hall_visitors AS
SELECT v.*, w.until AS away_until
FROM hall_visits v
LEFT JOIN visitors_away w ON (w.appointment_id, w.branch_id, w.start_version) = (v.id, v.branch_id, v.version);

-- +goose Down
DROP VIEW hall_visitors;
DROP TABLE visitors_away;
