-- A hold becomes a visit on the page where it is.

-- +goose Up
ALTER TABLE appointments SET (fillfactor = 70);

-- +goose Down
ALTER TABLE appointments RESET (fillfactor);
