-- E-mail addresses that were confirmed from their own mailbox. A person is the pseudonym of appointments; the address is only a hash.

-- +goose Up
CREATE TABLE confirmed_emails (
    person       uuid NOT NULL,
    address      bytea NOT NULL, -- SHA-256
    confirmed_at timestamptz NOT NULL,
    CONSTRAINT confirmed_emails_pkey PRIMARY KEY (person, address)
);

-- +goose Down
DROP TABLE confirmed_emails;
