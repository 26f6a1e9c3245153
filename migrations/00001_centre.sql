-- The centre: branches, departments, services, desk groups and their calendars.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- One row. Its version rises with every change to the tables of this file, so
-- that a replica notices with one cheap read that its snapshot is old.
CREATE TABLE centre (
    single  boolean PRIMARY KEY DEFAULT true CHECK (single),
    version bigint NOT NULL DEFAULT 0
);
INSERT INTO centre DEFAULT VALUES;

CREATE TABLE branches (
    id      smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug    text NOT NULL UNIQUE,
    name    jsonb NOT NULL,
    city    jsonb NOT NULL,
    address jsonb NOT NULL,
    zone    text NOT NULL
);

CREATE TABLE departments (
    id   smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name jsonb NOT NULL
);

CREATE TABLE services (
    id                smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug              text NOT NULL UNIQUE,
    department_id     smallint NOT NULL REFERENCES departments,
    name              jsonb NOT NULL,
    about             jsonb NOT NULL,
    duration_minutes  smallint NOT NULL,
    before_minutes    smallint NOT NULL,
    after_minutes     smallint NOT NULL,
    step_minutes      smallint NOT NULL,
    gap_step_minutes  smallint NOT NULL,
    notice_minutes    integer NOT NULL CHECK (notice_minutes >= 0),
    horizon_minutes   integer NOT NULL,
    cancel_minutes    integer NOT NULL CHECK (cancel_minutes >= 0),
    move_minutes      integer NOT NULL CHECK (move_minutes >= 0),
    party_limit       smallint NOT NULL CHECK (party_limit BETWEEN 1 AND 50),
    place_per_visitor boolean NOT NULL,
    active_limit      smallint NOT NULL CHECK (active_limit BETWEEN 1 AND 20),
    requirements      jsonb NOT NULL,
    online            text NOT NULL,
    topics            jsonb NOT NULL,
    hold_back         jsonb NOT NULL,
    CONSTRAINT services_whole_ticks CHECK (
        duration_minutes > 0 AND duration_minutes % 5 = 0
        AND before_minutes >= 0 AND before_minutes % 5 = 0
        AND after_minutes >= 0 AND after_minutes % 5 = 0
        AND step_minutes > 0 AND step_minutes % 5 = 0
        AND gap_step_minutes >= 0 AND gap_step_minutes % 5 = 0),
    CONSTRAINT services_horizon CHECK (horizon_minutes > notice_minutes)
);

CREATE TABLE entities (
    id     smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug   text NOT NULL UNIQUE,
    name   jsonb NOT NULL,
    link   text NOT NULL,
    topics jsonb NOT NULL
);

CREATE TABLE holiday_lists (
    slug     text PRIMARY KEY,
    holidays jsonb NOT NULL
);

CREATE TABLE desk_groups (
    id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug             text NOT NULL UNIQUE,
    branch_id        smallint NOT NULL REFERENCES branches,
    department_id    smallint NOT NULL REFERENCES departments,
    name             jsonb NOT NULL,
    plan             jsonb NOT NULL,
    holiday_list     text REFERENCES holiday_lists,
    calendar_version bigint NOT NULL DEFAULT 1,
    UNIQUE (branch_id, id)
);

-- A service is received by one desk group of a branch.
CREATE TABLE desk_group_services (
    branch_id     smallint NOT NULL,
    service_id    smallint NOT NULL REFERENCES services,
    desk_group_id integer NOT NULL,
    PRIMARY KEY (branch_id, service_id),
    FOREIGN KEY (branch_id, desk_group_id) REFERENCES desk_groups (branch_id, id)
);

-- +goose Down
DROP TABLE desk_group_services;
DROP TABLE desk_groups;
DROP TABLE holiday_lists;
DROP TABLE entities;
DROP TABLE services;
DROP TABLE departments;
DROP TABLE branches;
DROP TABLE centre;
