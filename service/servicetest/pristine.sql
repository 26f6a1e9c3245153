-- Keeps copies of the tables that have rows, and makes pristine.restore(), which
-- puts all tables and sequences back. It deletes instead of truncating: TRUNCATE
-- gives a table new files, so that every session plans its statements anew.
CREATE SCHEMA pristine;

DO $make$
DECLARE
    relation record;
    filled   boolean;
    body     text := '';
BEGIN
    FOR relation IN
        SELECT c.oid, format('public.%I', relname) AS own, format('pristine.%I', relname) AS copy,
            (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
             WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns
        FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation.own) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE %s AS SELECT %s FROM %s', relation.copy, relation.columns, relation.own);
            body := body || format($sql$
                IF EXISTS (SELECT %3$s FROM %1$s EXCEPT ALL SELECT %3$s FROM %2$s)
                    OR (SELECT count(*) FROM %1$s) <> (SELECT count(*) FROM %2$s) THEN
                    DELETE FROM %1$s;
                    GET DIAGNOSTICS n = ROW_COUNT;
                    deleted := deleted + n;
                    INSERT INTO %1$s (%3$s) OVERRIDING SYSTEM VALUE SELECT %3$s FROM %2$s;
                END IF;
                $sql$, relation.own, relation.copy, relation.columns);
        ELSE
            body := body || format($sql$
                DELETE FROM %s;
                GET DIAGNOSTICS n = ROW_COUNT;
                deleted := deleted + n;
                $sql$, relation.own);
        END IF;
    END LOOP;
    FOR relation IN
        SELECT format('%I.%I', schemaname, sequencename) AS own, coalesce(last_value, start_value) AS value, last_value IS NOT NULL AS called
        FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename
    LOOP
        body := body || format('PERFORM setval(%L, %s, %L);', relation.own, relation.value, relation.called);
    END LOOP;

    -- What DDL changes in the catalogue, and ANALYZE.
    CREATE FUNCTION pristine.schema() RETURNS text LANGUAGE sql AS $fn$
        SELECT string_agg(concat_ws(' ', oid, relfilenode, xmin), ',' ORDER BY oid)
            || (SELECT count(*) FROM pg_statistic WHERE starelid >= 16384)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
    $fn$;

    -- Returns how many rows it deleted. Triggers and foreign keys rest meanwhile.
    EXECUTE format($sql$
        CREATE FUNCTION pristine.restore() RETURNS bigint LANGUAGE plpgsql
            SET session_replication_role = replica SET lock_timeout = '10s' AS $fn$
        DECLARE
            n       bigint;
            deleted bigint := 0;
        BEGIN
            IF pristine.schema() <> (SELECT signature FROM pristine.signature) THEN
                RAISE 'the schema is another';
            END IF;
            %s
            RETURN deleted;
        END
        $fn$
        $sql$, body);
    CREATE TABLE pristine.signature AS SELECT pristine.schema() AS signature;
END
$make$;
