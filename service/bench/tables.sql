CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE bench.ledger_days (LIKE public.ledger_days INCLUDING STORAGE, PRIMARY KEY (branch_id, desk_group_id, day)) WITH (fillfactor = 50);
INSERT INTO bench.ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version, version) SELECT 1, 1, DATE '2026-01-01' + n, 90, array_fill(1000::smallint, ARRAY[108]), array_fill(0::smallint, ARRAY[108]), 1, 1 FROM generate_series(0, 59) AS n;
CREATE TABLE bench.appointments (LIKE public.appointments INCLUDING DEFAULTS INCLUDING STORAGE, PRIMARY KEY (id, branch_id));
CREATE TABLE bench.appointment_events (LIKE public.appointment_events INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING IDENTITY, PRIMARY KEY (appointment_id, branch_id, id));
CREATE TABLE bench.messages (LIKE public.messages INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING IDENTITY, PRIMARY KEY (id));
CREATE TABLE bench.single (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, what text NOT NULL);
