-- Holds of visitors who have not proved a mobile, and how much of a day they take
-- (docs/adr/0049-persons.md). Such a hold is public, for nobody, and not held for a proposal. The
-- function reads anew each time, also in a statement that has waited for the lock of the day:
-- therefore it is one, and VOLATILE.

-- +goose NO TRANSACTION
-- +goose Up
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS appointments_unproved;
CREATE INDEX CONCURRENTLY appointments_unproved ON appointments (desk_group_id, day)
    WHERE status IS NOT DISTINCT FROM 'held' AND mobile IS NULL AND channel = 'public' AND proposed_to IS NULL;
RESET lock_timeout;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION unproved_ticks(of_branch smallint, of_group integer, on_day date) RETURNS integer
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN (
        SELECT coalesce(sum(h.ticks * h.places), 0)
        FROM appointments h
        WHERE h.status IS NOT DISTINCT FROM 'held' AND h.mobile IS NULL AND h.channel = 'public' AND h.proposed_to IS NULL
          AND h.desk_group_id = of_group AND h.day = on_day AND h.branch_id = of_branch);
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION IF EXISTS unproved_ticks(smallint, integer, date);
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS appointments_unproved;
RESET lock_timeout;
