-- What is free is published for other portals, of services whose centre wants it
-- (docs/adr/0064-followed.md).

-- +goose Up
ALTER TABLE services ADD COLUMN published boolean NOT NULL DEFAULT false;

-- The free starts of a service at a branch on a day, as published. Empty starts stay for
-- a while, to be told that the day was taken back.
CREATE TABLE published_days (
    service_id smallint NOT NULL REFERENCES services,
    branch_id  smallint NOT NULL REFERENCES branches,
    day        date NOT NULL,
    minutes    smallint NOT NULL, -- how long a visit is
    starts     timestamptz[] NOT NULL,
    change     bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (service_id, branch_id, day),
    CONSTRAINT published_days_change UNIQUE (change)
);

-- The number of the last change. Who writes holds its row until the end of the transaction,
-- so numbers are in the order of commits.
CREATE TABLE published_clock (
    single boolean PRIMARY KEY DEFAULT true,
    change bigint NOT NULL,
    CONSTRAINT published_clock_single CHECK (single)
);
INSERT INTO published_clock (change) VALUES (0);

-- +goose Down
DROP TABLE published_clock;
DROP TABLE published_days;
ALTER TABLE services DROP COLUMN published;
