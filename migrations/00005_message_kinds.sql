-- Everything that a visitor may be told.

-- +goose Up
ALTER TABLE messages
    DROP CONSTRAINT messages_kind_check,
    ADD CONSTRAINT messages_kind CHECK (kind IN (
        'verification_code', 'requested', 'booked', 'approved', 'declined', 'proposed', 'moved', 'cancelled',
        'closed', 'reminder', 'offer', 'delayed', 'survey', 'case_updated'));

-- +goose Down
ALTER TABLE messages
    DROP CONSTRAINT messages_kind,
    ADD CONSTRAINT messages_kind_check CHECK (kind IN ('verification_code', 'booked', 'moved', 'cancelled'));
