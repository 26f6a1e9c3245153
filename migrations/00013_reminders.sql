-- When visitors are reminded, and what gateways say of messages they took.

-- +goose Up
ALTER TABLE branches
    ADD COLUMN quiet_from smallint NOT NULL DEFAULT 1260 CHECK (quiet_from BETWEEN 0 AND 1439), -- 21:00, wall time
    ADD COLUMN quiet_to   smallint NOT NULL DEFAULT 540 CHECK (quiet_to BETWEEN 0 AND 1439);    -- 09:00

-- How long before a visit its visitor is reminded, the longest lead first.
ALTER TABLE services
    ADD COLUMN reminder_minutes smallint[] NOT NULL DEFAULT '{4320,1440}'
        CHECK (cardinality(reminder_minutes) <= 5 AND 30 <= ALL (reminder_minutes) AND 20160 >= ALL (reminder_minutes));

-- Until when reminders have been planned. It only spares work: planning the
-- same stretch again adds nothing.
CREATE TABLE reminder_clock (
    single     boolean PRIMARY KEY DEFAULT true CHECK (single),
    planned_to timestamptz NOT NULL
);
INSERT INTO reminder_clock (planned_to) VALUES (now());

-- Visits by their start: what is due is a range of it.
CREATE INDEX appointments_ahead ON appointments (start_at, id) WHERE status = 'booked';

ALTER TABLE messages
    ADD COLUMN lead_minutes smallint NOT NULL DEFAULT 0, -- of a reminder: how long ahead; 0 of all others
    ADD COLUMN unsure       smallint NOT NULL DEFAULT 0, -- attempts of which nobody knows whether the gateway took the message
    ADD COLUMN receipt_at   timestamptz,
    ADD COLUMN receipt_code text,
    DROP CONSTRAINT messages_state_check,
    ADD CONSTRAINT messages_state_check CHECK (state IN (
        'queued', 'sending', 'accepted', 'dropped', 'failed', 'delivered', 'expired')),
    ADD CONSTRAINT messages_lead CHECK ((kind = 'reminder') = (lead_minutes > 0)),
    DROP CONSTRAINT messages_fact,
    -- One message per fact; a start has a reminder for each lead.
    ADD CONSTRAINT messages_fact UNIQUE (appointment_id, start_version, kind, lead_minutes);

-- The queue has two lanes: nobody waits for a code behind a hundred thousand
-- reminders.
DROP INDEX messages_due;
CREATE INDEX messages_due_prompt ON messages (next_attempt_at)
    WHERE state IN ('queued', 'sending') AND kind NOT IN ('reminder', 'survey');
CREATE INDEX messages_due_bulk ON messages (next_attempt_at)
    WHERE state IN ('queued', 'sending') AND kind IN ('reminder', 'survey');

CREATE INDEX messages_gateway ON messages (gateway_id) WHERE gateway_id IS NOT NULL;
CREATE INDEX messages_texts ON messages (finished_at) WHERE text IS NOT NULL;
CREATE INDEX messages_failed ON messages (finished_at, id) WHERE state IN ('failed', 'expired');

-- Receipts that came before the gateway's id of their message was recorded.
CREATE TABLE early_receipts (
    gateway_id text NOT NULL,
    state      text NOT NULL CHECK (state IN ('delivered', 'failed', 'expired')),
    code       text,
    at         timestamptz NOT NULL,
    PRIMARY KEY (gateway_id, state)
);
CREATE INDEX early_receipts_age ON early_receipts (at);

-- +goose Down
DROP TABLE early_receipts;
DELETE FROM messages WHERE kind = 'reminder';
UPDATE messages SET state = CASE state WHEN 'delivered' THEN 'accepted' ELSE 'failed' END WHERE state IN ('delivered', 'expired');
DROP INDEX messages_failed, messages_texts, messages_gateway, messages_due_bulk, messages_due_prompt;
CREATE INDEX messages_due ON messages (next_attempt_at) WHERE state IN ('queued', 'sending');
ALTER TABLE messages
    DROP CONSTRAINT messages_fact,
    DROP CONSTRAINT messages_lead,
    DROP CONSTRAINT messages_state_check,
    ADD CONSTRAINT messages_state_check CHECK (state IN ('queued', 'sending', 'accepted', 'dropped', 'failed')),
    DROP COLUMN receipt_code, DROP COLUMN receipt_at, DROP COLUMN unsure, DROP COLUMN lead_minutes,
    ADD CONSTRAINT messages_fact UNIQUE (appointment_id, start_version, kind);
DROP INDEX appointments_ahead;
DROP TABLE reminder_clock;
ALTER TABLE services DROP COLUMN reminder_minutes;
ALTER TABLE branches DROP COLUMN quiet_from, DROP COLUMN quiet_to;
