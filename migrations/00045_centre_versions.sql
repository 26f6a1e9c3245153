-- What each part of the centre was, change by change, so that staff can see how it came to
-- be and go back (docs/adr/0059-the-centre-for-years.md). The fields are those of a file.

-- +goose Up
CREATE TABLE centre_versions (
    kind       text NOT NULL,
    slug       text NOT NULL,
    version    integer NOT NULL,
    at         timestamptz NOT NULL,
    actor      text NOT NULL,
    reason     text,
    before     jsonb, -- the fields that became different; NULL for something new
    after      jsonb NOT NULL,
    CONSTRAINT centre_versions_key PRIMARY KEY (kind, slug, version),
    CONSTRAINT centre_versions_actor CHECK (actor <> ''),
    CONSTRAINT centre_versions_reason CHECK (reason <> ''),
    CONSTRAINT centre_versions_from_one CHECK (version > 0)
);

-- +goose Down
DROP TABLE centre_versions;
