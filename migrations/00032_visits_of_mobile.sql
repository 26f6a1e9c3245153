-- Each upcoming visit that a visitor has booked with a mobile has a number of its own from 1 up
-- to the limit, in mobile_place, which a hold uses as long as it is one. The index bounds them,
-- whatever runs at once. person_place says whether a visit counts, so whatever ends that ends
-- this too. Visits that were there before, or that the former version books, have no number.

-- +goose NO TRANSACTION
-- +goose Up
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS appointments_visits_of_mobile;
CREATE UNIQUE INDEX CONCURRENTLY appointments_visits_of_mobile ON appointments (mobile, mobile_place)
    WHERE mobile_place IS NOT NULL AND person_place IS NOT NULL;
RESET lock_timeout;

-- +goose Down
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS appointments_visits_of_mobile;
RESET lock_timeout;
