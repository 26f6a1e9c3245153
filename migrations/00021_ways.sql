-- What is told by e-mail beside SMS, what visitors say of their visit, and the
-- numbers of waitlist entries, by which links name them.

-- +goose Up

-- One message per fact and way. The copy by e-mail is written when the SMS is
-- claimed for the first time (claim_messages.sql), so that booking pays nothing
-- for it.
ALTER TABLE messages
    ADD COLUMN way text NOT NULL DEFAULT 'sms' CONSTRAINT messages_way CHECK (way IN ('sms', 'email')),
    DROP CONSTRAINT messages_fact,
    ADD CONSTRAINT messages_fact UNIQUE (appointment_id, start_version, kind, lead_minutes, way),
    -- A code proves the mobile that it was sent to.
    ADD CONSTRAINT messages_code_by_sms CHECK (way = 'sms' OR verification_id IS NULL);

-- E-mail has a lane of its own: a mail server that is away keeps no SMS waiting.
DROP INDEX messages_due_prompt, messages_due_bulk;
CREATE INDEX messages_due_prompt ON messages (next_attempt_at)
    WHERE state IN ('queued', 'sending') AND way = 'sms' AND kind NOT IN ('reminder', 'survey');
CREATE INDEX messages_due_bulk ON messages (next_attempt_at)
    WHERE state IN ('queued', 'sending') AND way = 'sms' AND kind IN ('reminder', 'survey');
CREATE INDEX messages_due_mail ON messages (next_attempt_at)
    WHERE state IN ('queued', 'sending') AND way = 'email';

-- How a visit was. One answer for a visit, which its visitor may change as
-- long as the link of the survey is good.
CREATE TABLE survey_answers (
    branch_id      smallint NOT NULL,
    appointment_id uuid NOT NULL,
    satisfaction   smallint NOT NULL CONSTRAINT survey_answers_satisfaction CHECK (satisfaction BETWEEN 1 AND 5), -- 5: very satisfied
    resolved       boolean, -- whether the matter was settled; NULL: not said
    comment        text CONSTRAINT survey_answers_comment CHECK (comment <> '' AND char_length(comment) <= 1000),
    lang           text NOT NULL CHECK (lang IN ('ar', 'en')),
    answered_at    timestamptz NOT NULL, -- at first
    changed_at     timestamptz NOT NULL, -- at last
    PRIMARY KEY (appointment_id, branch_id),
    FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE
);
CREATE INDEX survey_answers_age ON survey_answers (answered_at);

-- A link has room for five bytes: the number of an entry, not its id.
CREATE UNIQUE INDEX waitlist_entries_number ON waitlist_entries (position);

-- +goose Down
DROP INDEX waitlist_entries_number;
DROP TABLE survey_answers;
DELETE FROM messages WHERE way = 'email';
DROP INDEX messages_due_mail, messages_due_bulk, messages_due_prompt;
CREATE INDEX messages_due_prompt ON messages (next_attempt_at)
    WHERE state IN ('queued', 'sending') AND kind NOT IN ('reminder', 'survey');
CREATE INDEX messages_due_bulk ON messages (next_attempt_at)
    WHERE state IN ('queued', 'sending') AND kind IN ('reminder', 'survey');
ALTER TABLE messages
    DROP CONSTRAINT messages_code_by_sms,
    DROP CONSTRAINT messages_fact,
    ADD CONSTRAINT messages_fact UNIQUE (appointment_id, start_version, kind, lead_minutes),
    DROP COLUMN way;
