-- +goose NO TRANSACTION
-- +goose Up
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS verifications_network;
CREATE INDEX CONCURRENTLY verifications_network ON verifications (network, created_at);
RESET lock_timeout;

-- +goose Down
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS verifications_network;
RESET lock_timeout;
