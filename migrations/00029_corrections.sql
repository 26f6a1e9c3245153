-- A correction of the details of a visit is an entry of its history
-- (docs/adr/0043-corrections.md).

-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE appointment_events
    DROP CONSTRAINT IF EXISTS appointment_events_kind_check,
    ADD CONSTRAINT appointment_events_kind_check CHECK (kind IN (
        'requested', 'booked', 'approved', 'declined', 'proposed', 'accepted', 'refused', 'moved', 'corrected', 'confirmed',
        'cancelled', 'checked_in', 'started', 'completed', 'left', 'no_show', 'restored')) NOT VALID;
ALTER TABLE appointment_events VALIDATE CONSTRAINT appointment_events_kind_check;

-- +goose Down
DELETE FROM webhook_deliveries d
USING appointment_events e
WHERE (e.appointment_id, e.branch_id, e.id) = (d.appointment_id, d.branch_id, d.event_id) AND e.kind = 'corrected';
DELETE FROM appointment_events WHERE kind = 'corrected';
ALTER TABLE appointment_events
    DROP CONSTRAINT IF EXISTS appointment_events_kind_check,
    ADD CONSTRAINT appointment_events_kind_check CHECK (kind IN (
        'requested', 'booked', 'approved', 'declined', 'proposed', 'accepted', 'refused', 'moved', 'confirmed', 'cancelled',
        'checked_in', 'started', 'completed', 'left', 'no_show', 'restored')) NOT VALID;
ALTER TABLE appointment_events VALIDATE CONSTRAINT appointment_events_kind_check;
