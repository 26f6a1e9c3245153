-- Whether services are paused or retired, in a table of its own: the former version of the program
-- reads all columns of services, and knows none that is added.

-- +goose Up
CREATE TABLE service_standings (
    service_id smallint NOT NULL,
    standing   jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT service_standings_key PRIMARY KEY (service_id),
    CONSTRAINT service_standings_service FOREIGN KEY (service_id) REFERENCES services
);
INSERT INTO service_standings (service_id, standing) SELECT id, standing FROM services WHERE standing <> '{}';
ALTER TABLE services DROP COLUMN standing;

-- +goose Down
ALTER TABLE services ADD COLUMN standing jsonb NOT NULL DEFAULT '{}';
UPDATE services s SET standing = st.standing FROM service_standings st WHERE st.service_id = s.id;
DROP TABLE service_standings;
