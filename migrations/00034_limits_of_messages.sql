-- What was sent to each number lately and on each day, so that neither a number nor the
-- ministry's money is used up; and for whom a code was asked, and from where.

-- +goose Up

-- When a number was sent text messages in the last day, at least the latest hundred.
CREATE TABLE message_numbers (
    mobile text CONSTRAINT message_numbers_pkey PRIMARY KEY,
    sent   timestamptz[] NOT NULL CONSTRAINT message_numbers_sent CHECK (cardinality(sent) BETWEEN 1 AND 100)
);

-- What gateways accepted, by day of the head office: codes to numbers that had proved
-- nothing yet, and all other messages.
CREATE TABLE message_days (
    day        date NOT NULL,
    strangers  boolean NOT NULL,
    messages   bigint NOT NULL,
    segments   bigint NOT NULL,
    stopped_at timestamptz, -- when operators were told that the day's money is spent
    CONSTRAINT message_days_pkey PRIMARY KEY (day, strangers)
);

-- The day of an instant where the head office is, which is the first branch.
CREATE FUNCTION centre_day(at timestamptz) RETURNS date
    LANGUAGE sql STABLE
    RETURN (at AT TIME ZONE coalesce((SELECT zone FROM branches ORDER BY id LIMIT 1), 'UTC'))::date;

ALTER TABLE verifications
    ADD COLUMN stranger boolean NOT NULL DEFAULT false, -- the number had proved nothing before
    ADD COLUMN network  bytea; -- keyed hash of the wider network of the address; NULL from the old program

-- +goose Down
ALTER TABLE verifications DROP COLUMN stranger, DROP COLUMN network;
DROP FUNCTION centre_day;
DROP TABLE message_days;
DROP TABLE message_numbers;
