-- Staff find the visits with an identity number: "person" is the number with the mobile from
-- now on (docs/adr/0049-persons.md), so it does not find them. Replicas of the former version
-- still use appointments_person; the next release drops that index.

-- +goose NO TRANSACTION
-- +goose Up
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS appointments_identity;
CREATE INDEX CONCURRENTLY appointments_identity ON appointments (identity) WHERE reference IS NOT NULL;
RESET lock_timeout;

-- +goose Down
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS appointments_identity;
RESET lock_timeout;
