-- What departments say in messages and may spend on them, and who has said
-- that they come.

-- +goose Up

-- Every version that was saved; the greatest is in use. A text without
-- wordings returns to the catalogue. A verification code belongs to no
-- department.
CREATE TABLE department_texts (
    department_id smallint NOT NULL REFERENCES departments,
    kind          text NOT NULL,
    lang          text NOT NULL CHECK (lang IN ('ar', 'en')),
    version       integer NOT NULL CHECK (version > 0),
    wordings      jsonb NOT NULL CHECK (jsonb_typeof(wordings) = 'array'),
    saved_at      timestamptz NOT NULL,
    saved_by      text NOT NULL CHECK (saved_by <> ''),
    PRIMARY KEY (department_id, kind, lang, version),
    CONSTRAINT department_texts_kind CHECK (kind IN (
        'requested', 'booked', 'approved', 'declined', 'proposed', 'moved', 'cancelled',
        'closed', 'reminder', 'offer', 'delayed', 'survey', 'case_updated'))
);

-- Money is in ten-thousandths of a riyal; a limit of 0 bounds nothing.
ALTER TABLE departments
    ADD COLUMN message_links       boolean NOT NULL DEFAULT true,
    ADD COLUMN segment_price       bigint NOT NULL DEFAULT 0 CHECK (segment_price >= 0),
    ADD COLUMN monthly_segments    bigint NOT NULL DEFAULT 0 CHECK (monthly_segments >= 0),
    ADD COLUMN monthly_cost        bigint NOT NULL DEFAULT 0 CHECK (monthly_cost >= 0),
    ADD COLUMN budget_warn_percent smallint NOT NULL DEFAULT 80 CHECK (budget_warn_percent BETWEEN 1 AND 100);

ALTER TABLE messages ADD COLUMN cost bigint CHECK (cost >= 0);

-- What was accepted by gateways, by month of the head office. The count goes
-- on when the messages themselves are removed.
CREATE TABLE message_usage (
    department_id smallint NOT NULL REFERENCES departments,
    month         date NOT NULL CHECK (extract(day FROM month) = 1),
    messages      bigint NOT NULL,
    segments      bigint NOT NULL,
    cost          bigint NOT NULL,
    warned_at     timestamptz, -- when staff were told that the budget goes to its end
    spent_at      timestamptz, -- and that what is optional is not sent any more
    PRIMARY KEY (department_id, month)
);

-- The month of an instant where the head office is, which is the first branch.
CREATE FUNCTION centre_month(at timestamptz) RETURNS date
    LANGUAGE sql STABLE
    RETURN date_trunc('month', at AT TIME ZONE coalesce((SELECT zone FROM branches ORDER BY id LIMIT 1), 'UTC'))::date;

-- Who has said that they come, of which start. Moving the visit asks anew.
CREATE TABLE appointment_confirmations (
    branch_id      smallint NOT NULL,
    appointment_id uuid NOT NULL,
    start_version  integer NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (appointment_id, branch_id, start_version),
    FOREIGN KEY (appointment_id, branch_id) REFERENCES appointments ON DELETE CASCADE
);

-- +goose Down
DROP TABLE appointment_confirmations;
DROP FUNCTION centre_month;
DROP TABLE message_usage;
ALTER TABLE messages DROP COLUMN cost;
ALTER TABLE departments
    DROP COLUMN message_links, DROP COLUMN segment_price,
    DROP COLUMN monthly_segments, DROP COLUMN monthly_cost, DROP COLUMN budget_warn_percent;
DROP TABLE department_texts;
