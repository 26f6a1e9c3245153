-- The entries of a visitor who proves a mobile number.

-- +goose NO TRANSACTION
-- +goose Up
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS waitlist_entries_mobile;
CREATE INDEX CONCURRENTLY waitlist_entries_mobile ON waitlist_entries (mobile, position) WHERE state = 'waiting';
RESET lock_timeout;

-- +goose Down
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS waitlist_entries_mobile;
RESET lock_timeout;
