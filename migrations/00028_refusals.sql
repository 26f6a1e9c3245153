-- +goose Up
-- A refusal by a constraint, without the row that a violated constraint reports to the
-- server's log: the row has names, numbers and addresses of visitors.
-- +goose StatementBegin
CREATE FUNCTION refused(by_constraint text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused by %', by_constraint USING ERRCODE = 'check_violation', CONSTRAINT = by_constraint;
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION refused(text);
