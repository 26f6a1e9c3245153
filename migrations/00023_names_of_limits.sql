-- Names for the CHECKs that the program answers by (service/postgres/fault.go):
-- so far PostgreSQL made them up. A rename would let replicas of the former
-- version, which run beside this one during a deployment, answer a full limit
-- with an internal error: they know the former names only. So both stand for
-- now. PostgreSQL checks in the order of names, and the former ones come first.
-- The next release drops the former ones.

-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE appointments
    DROP CONSTRAINT IF EXISTS appointments_address_places_left,
    DROP CONSTRAINT IF EXISTS appointments_mobile_places_left,
    ADD CONSTRAINT appointments_address_places_left CHECK (address_place > 0) NOT VALID,
    ADD CONSTRAINT appointments_mobile_places_left CHECK (mobile_place > 0) NOT VALID;
ALTER TABLE appointments
    VALIDATE CONSTRAINT appointments_address_places_left,
    VALIDATE CONSTRAINT appointments_mobile_places_left;

-- +goose Down
ALTER TABLE appointments
    DROP CONSTRAINT IF EXISTS appointments_address_places_left,
    DROP CONSTRAINT IF EXISTS appointments_mobile_places_left;
