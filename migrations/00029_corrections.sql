-- A correction of the details of a visit is an entry of its history, and visitors who
-- cancel can choose a reason from a list of the centre (docs/adr/0043-corrections.md).

-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE appointment_events
    DROP CONSTRAINT IF EXISTS appointment_events_kind_check,
    ADD CONSTRAINT appointment_events_kind_check CHECK (kind IN (
        'requested', 'booked', 'approved', 'declined', 'proposed', 'accepted', 'refused', 'moved', 'corrected', 'confirmed',
        'cancelled', 'checked_in', 'started', 'completed', 'left', 'no_show', 'restored')) NOT VALID;
ALTER TABLE appointment_events VALIDATE CONSTRAINT appointment_events_kind_check;

-- The slug of the reason, also when the list does not have it any more.
ALTER TABLE appointment_events
    ADD COLUMN IF NOT EXISTS cancellation_reason text,
    DROP CONSTRAINT IF EXISTS appointment_events_cancellation_reason,
    ADD CONSTRAINT appointment_events_cancellation_reason CHECK (cancellation_reason IS NULL OR kind = 'cancelled') NOT VALID;
ALTER TABLE appointment_events VALIDATE CONSTRAINT appointment_events_cancellation_reason;

CREATE TABLE IF NOT EXISTS cancellation_reasons (
    slug     text CONSTRAINT cancellation_reasons_pkey PRIMARY KEY,
    name     jsonb NOT NULL CONSTRAINT cancellation_reasons_name CHECK (name ?& ARRAY['ar', 'en']),
    position smallint NOT NULL -- the list is sorted by it
);
INSERT INTO cancellation_reasons (slug, name, position)
VALUES ('other-time', '{"ar": "موعد آخر أنسب", "en": "Another time suits better"}', 10),
       ('not-needed', '{"ar": "لم تعد هناك حاجة إلى الزيارة", "en": "The visit is not needed any more"}', 20),
       ('done-online', '{"ar": "تم إنجاز الخدمة إلكترونيًا", "en": "It was done online"}', 30),
       ('documents-missing', '{"ar": "المستندات المطلوبة غير مكتملة", "en": "Documents are missing"}', 40),
       ('other', '{"ar": "سبب آخر", "en": "Another reason"}', 50)
ON CONFLICT DO NOTHING;

-- +goose Down
DROP TABLE IF EXISTS cancellation_reasons;
ALTER TABLE appointment_events DROP COLUMN IF EXISTS cancellation_reason;
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
