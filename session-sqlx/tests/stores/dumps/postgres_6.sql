-- A table of version 6, with two live sessions and one that has expired, as pg_dump shows it.

SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;

CREATE FUNCTION public.sessions_admit(moment timestamp with time zone, key uuid, whose text, began timestamp with time zone, most integer) RETURNS timestamp with time zone
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_variable
DECLARE
    number bigint := hashtextextended(whose, '"sessions"'::regclass::oid::bigint);
    turn text;
    handles uuid[];
BEGIN
    IF most IS NULL THEN
        turn := pg_advisory_xact_lock_shared(number)::text;
    ELSE
        turn := pg_advisory_xact_lock(number)::text;
        handles := key || "sessions_superfluous"(coalesce(moment, clock_timestamp()), key, whose, most);
        -- Rows are locked in one order, whoever locks several.
        PERFORM FROM "sessions" AS s WHERE s.handle = ANY (handles) ORDER BY s.handle FOR UPDATE;
    END IF;
    IF EXISTS (
        SELECT FROM "sessions_revocations" AS r
        WHERE r.principal = whose AND (r.spared = key OR began >= r.revoked) IS NOT TRUE
    ) THEN
        RETURN NULL;
    END IF;
    -- The clock after the wait: now() was before it.
    RETURN coalesce(moment, clock_timestamp());
END $$;

CREATE FUNCTION public.sessions_admit_all(moments timestamp with time zone[], handles uuid[], principals text[], beginnings timestamp with time zone[], limits integer[]) RETURNS timestamp with time zone[]
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_variable
DECLARE
    are_limited boolean := array_remove(limits, NULL) <> '{}';
    shown timestamptz;
BEGIN
    -- The order is that of the inner query: what it sorts, it hands over one by one.
    IF are_limited THEN
        PERFORM
            CASE
                WHEN alone THEN pg_advisory_xact_lock(number)
                ELSE pg_advisory_xact_lock_shared(number)
            END
        FROM (
            SELECT
                hashtextextended(whose, '"sessions"'::regclass::oid::bigint) AS number,
                bool_or(most IS NOT NULL) AS alone
            FROM unnest((SELECT principals), limits) AS item (whose, most)
            GROUP BY number ORDER BY number
        ) AS turn;
    ELSE
        PERFORM pg_advisory_xact_lock_shared(number)
        FROM (
            SELECT DISTINCT
                hashtextextended(whose, '"sessions"'::regclass::oid::bigint) AS number
            FROM unnest((SELECT principals)) AS item (whose)
            ORDER BY number
        ) AS turn;
    END IF;
    shown := clock_timestamp();
    IF array_remove(moments, NULL) = '{}' THEN
        moments := array_fill(shown, ARRAY[cardinality(handles)]);
    ELSE
        moments := ARRAY(SELECT coalesce(named, shown) FROM unnest(moments) AS given (named));
    END IF;
    IF are_limited THEN
        PERFORM FROM "sessions" AS s
        WHERE s.handle = ANY (handles || ARRAY(
            SELECT unnest("sessions_superfluous"(item.moment, item.key, item.whose, item.most))
            FROM unnest(moments, (SELECT handles), principals, limits)
                AS item (moment, key, whose, most)
            WHERE item.most IS NOT NULL
        ))
        ORDER BY s.handle FOR UPDATE;
    END IF;
    -- Mostly there is nothing to go by, which is known for less than the join below.
    IF NOT EXISTS (
        SELECT FROM "sessions_revocations" AS r WHERE r.principal = ANY ((SELECT principals)::text[])
    ) THEN
        RETURN moments;
    END IF;
    RETURN ARRAY(
        SELECT CASE
            WHEN r.principal IS NULL OR r.spared = item.key OR item.began >= r.revoked
            THEN item.moment
        END
        FROM unnest(moments, (SELECT handles), principals, beginnings)
            WITH ORDINALITY AS item (moment, key, whose, began, place)
        LEFT JOIN "sessions_revocations" AS r ON r.principal = item.whose
        ORDER BY item.place
    );
END $$;

CREATE FUNCTION public.sessions_end_oldest(moment timestamp with time zone, newcomer uuid, whose text, most integer) RETURNS integer
    LANGUAGE plpgsql STRICT
    AS $$
#variable_conflict use_variable
DECLARE
    handles uuid[] := "sessions_superfluous"(moment, newcomer, whose, most);
BEGIN
    -- No statement where there is room: the trigger would run with it.
    IF cardinality(handles) > 0 THEN
        DELETE FROM "sessions" AS s WHERE s.handle = ANY (handles);
    END IF;
    RETURN cardinality(handles);
END $$;

CREATE FUNCTION public.sessions_log_in(moments timestamp with time zone[], handles uuid[], revisions bigint[], digests bytea[], principals text[], contents bytea[], persistences boolean[], idles interval[], absolutes interval[], beginnings timestamp with time zone[], limits integer[]) RETURNS TABLE(moment timestamp with time zone, created timestamp with time zone, authenticated timestamp with time zone, seen timestamp with time zone, expires timestamp with time zone, absolute timestamp with time zone, handle uuid, digest bytea, revision bigint, principal text, fields bytea, persistent boolean, label text)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
DECLARE
    shown timestamptz;
    newcomers uuid[] := '{}';
BEGIN
    PERFORM "sessions_take_turns"(handles, principals, limits);
    shown := clock_timestamp();
    FOR moment, created, authenticated, seen, expires, absolute, handle,
        digest, revision, principal, fields, persistent, label
    IN
        WITH item AS (
            SELECT
                given.*,
                (r.principal IS NULL OR r.spared = key OR began >= r.revoked) IS TRUE AS admitted
            FROM (
                SELECT coalesce(named, shown) AS now, given.*
                FROM unnest(
                    moments, handles, revisions, digests, principals,
                    contents, persistences, idles, absolutes, beginnings
                ) AS given (
                    named, key, expected, digest, principal,
                    fields, persistent, idle, most, began
                )
            ) AS given
            LEFT JOIN "sessions_revocations" AS r ON r.principal = given.principal
        ), saved AS (
            UPDATE "sessions" AS s SET
                revision = s.revision + 1,
                digest = item.digest,
                principal = item.principal,
                fields = item.fields,
                persistent = item.persistent,
                seen = now,
                authenticated = now,
                expires = now + idle,
                absolute = now + most,
                sweep_at = least(s.sweep_at, now + idle)
            FROM item
            WHERE s.handle = key AND s.revision = expected AND s.expires > now AND admitted
            RETURNING now, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle
        )
        SELECT saved.*, NULL::bytea, NULL::bigint, NULL, NULL::bytea, NULL::boolean, NULL
        FROM saved
        UNION ALL
        SELECT
            now, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle,
            s.digest, s.revision, s.principal, s.fields, s.persistent, s.label
        FROM item JOIN "sessions" AS s ON s.handle = key
        WHERE s.expires > now AND admitted AND s.handle NOT IN (SELECT handle FROM saved)
        UNION ALL
        SELECT now, NULL, NULL, NULL, NULL, NULL, key, NULL, NULL, NULL, NULL, NULL, NULL
        FROM item WHERE NOT admitted
    LOOP
        IF created IS NOT NULL AND digest IS NULL THEN
            newcomers := newcomers || handle;
        END IF;
        RETURN NEXT;
    END LOOP;
    IF cardinality(array_remove(limits, NULL)) > 0 THEN
        moments := ARRAY(SELECT coalesce(named, shown) FROM unnest(moments) AS given (named));
        PERFORM "sessions_make_room"(newcomers, moments, handles, principals, limits);
    END IF;
END $$;

CREATE FUNCTION public.sessions_log_in_fresh(moments timestamp with time zone[], handles uuid[], digests bytea[], principals text[], contents bytea[], persistences boolean[], labels text[], idles interval[], absolutes interval[], beginnings timestamp with time zone[], limits integer[]) RETURNS TABLE(moment timestamp with time zone, created timestamp with time zone, authenticated timestamp with time zone, seen timestamp with time zone, expires timestamp with time zone, absolute timestamp with time zone, handle uuid)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
DECLARE
    shown timestamptz;
    refused uuid[];
    newcomers uuid[] := '{}';
BEGIN
    PERFORM "sessions_take_turns"('{}', principals, limits);
    -- The clock after the wait: now() was before it.
    shown := clock_timestamp();
    moments := ARRAY(SELECT coalesce(named, shown) FROM unnest(moments) AS given (named));
    refused := "sessions_refused"(handles, principals, beginnings);
    FOR moment, created, authenticated, seen, expires, absolute, handle IN
        INSERT INTO "sessions" AS s (
            handle, digest, revision, principal, fields, persistent, label,
            created, authenticated, seen, expires, absolute, sweep_at
        )
        SELECT
            key, digest, 1, principal, fields, persistent, label,
            now, now, now, now + idle, now + most, now + idle
        FROM unnest(
            moments, handles, digests, principals, contents, persistences, labels, idles, absolutes
        ) AS item (now, key, digest, principal, fields, persistent, label, idle, most)
        WHERE key <> ALL (refused)
        ORDER BY key
        ON CONFLICT (handle) DO NOTHING
        RETURNING s.created, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle
    LOOP
        newcomers := newcomers || handle;
        RETURN NEXT;
    END LOOP;
    IF cardinality(refused) > 0 THEN
        RETURN QUERY
        SELECT now, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz,
            NULL::timestamptz, key
        FROM unnest(moments, handles) AS item (now, key) WHERE key = ANY (refused);
    END IF;
    IF cardinality(array_remove(limits, NULL)) > 0 THEN
        PERFORM "sessions_make_room"(newcomers, moments, handles, principals, limits);
    END IF;
END $$;

CREATE FUNCTION public.sessions_log_in_known(moments timestamp with time zone[], handles uuid[], revisions bigint[], digests bytea[], principals text[], contents bytea[], persistences boolean[], idles interval[], absolutes interval[], beginnings timestamp with time zone[], limits integer[]) RETURNS TABLE(moment timestamp with time zone, created timestamp with time zone, authenticated timestamp with time zone, seen timestamp with time zone, expires timestamp with time zone, absolute timestamp with time zone, handle uuid)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
DECLARE
    shown timestamptz;
    refused uuid[];
    newcomers uuid[] := '{}';
BEGIN
    PERFORM "sessions_take_turns"(handles, principals, limits);
    -- The clock after the wait: now() was before it.
    shown := clock_timestamp();
    moments := ARRAY(SELECT coalesce(named, shown) FROM unnest(moments) AS given (named));
    refused := "sessions_refused"(handles, principals, beginnings);
    FOR moment, created, authenticated, seen, expires, absolute, handle IN
        UPDATE "sessions" AS s SET
            revision = s.revision + 1,
            digest = item.digest,
            principal = item.principal,
            fields = item.fields,
            persistent = item.persistent,
            seen = now,
            authenticated = now,
            expires = now + idle,
            absolute = now + most,
            sweep_at = least(s.sweep_at, now + idle)
        FROM unnest(
            moments, handles, revisions, digests, principals, contents, persistences, idles,
            absolutes
        ) AS item (now, key, expected, digest, principal, fields, persistent, idle, most)
        WHERE s.handle = key AND s.revision = expected AND s.expires > now
            AND key <> ALL (refused)
        RETURNING now, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle
    LOOP
        newcomers := newcomers || handle;
        RETURN NEXT;
    END LOOP;
    IF cardinality(refused) > 0 THEN
        RETURN QUERY
        SELECT now, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz,
            NULL::timestamptz, key
        FROM unnest(moments, handles) AS item (now, key) WHERE key = ANY (refused);
    END IF;
    IF cardinality(array_remove(limits, NULL)) > 0 THEN
        PERFORM "sessions_make_room"(newcomers, moments, handles, principals, limits);
    END IF;
END $$;

CREATE FUNCTION public.sessions_make_room(newcomers uuid[], moments timestamp with time zone[], handles uuid[], principals text[], limits integer[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    superfluous uuid[] := ARRAY(
        SELECT other.handle
        FROM unnest(moments, handles, principals, limits) AS item (moment, key, principal, most)
        CROSS JOIN LATERAL (
            SELECT s.handle FROM "sessions" AS s
            WHERE s.principal = item.principal AND s.handle <> key AND s.expires > moment
            ORDER BY s.authenticated DESC NULLS LAST, s.handle DESC
            OFFSET most - 1
        ) AS other
        WHERE most IS NOT NULL AND key = ANY (newcomers)
    );
BEGIN
    IF cardinality(superfluous) > 0 THEN
        DELETE FROM "sessions" WHERE handle = ANY (superfluous);
    END IF;
END $$;

CREATE FUNCTION public.sessions_refused(handles uuid[], principals text[], beginnings timestamp with time zone[]) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- Mostly there is nothing to go by, which is known for less than the join below.
    IF NOT EXISTS (SELECT FROM "sessions_revocations" WHERE principal = ANY (principals)) THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT key
        FROM unnest(handles, principals, beginnings) AS item (key, whose, began)
        JOIN "sessions_revocations" AS r ON r.principal = whose
        WHERE (r.spared = key OR began >= r.revoked) IS NOT TRUE
    );
END $$;

CREATE FUNCTION public.sessions_revoke(moment timestamp with time zone, whose text, spare uuid) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    ended bigint;
BEGIN
    moment := coalesce(moment, now());
    PERFORM "sessions_take_turns"('{}', ARRAY[whose], ARRAY[0]);
    INSERT INTO "sessions_revocations" AS r (principal, revoked, spared) VALUES (whose, moment, spare)
    ON CONFLICT (principal) DO UPDATE SET
        revoked = greatest(r.revoked, excluded.revoked),
        spared = excluded.spared;
    WITH gone AS (
        DELETE FROM "sessions" WHERE principal = whose AND handle IS DISTINCT FROM spare
        RETURNING expires > moment AS live
    )
    SELECT count(*) INTO ended FROM gone WHERE live;
    RETURN ended;
END $$;

CREATE FUNCTION public.sessions_superfluous(moment timestamp with time zone, newcomer uuid, whose text, most integer) RETURNS uuid[]
    LANGUAGE plpgsql STRICT
    AS $$
#variable_conflict use_variable
BEGIN
    RETURN ARRAY(
        SELECT s.handle FROM "sessions" AS s
        WHERE s.principal = whose AND s.handle <> newcomer AND s.expires > moment
        ORDER BY s.authenticated DESC NULLS LAST, s.handle DESC
        OFFSET most - 1
    );
END $$;

CREATE FUNCTION public.sessions_take_turns(handles uuid[], principals text[], limits integer[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- The order is that of the inner query: what it sorts, it hands over one by one.
    PERFORM
        CASE
            WHEN alone THEN pg_advisory_xact_lock(key)
            ELSE pg_advisory_xact_lock_shared(key)
        END
    FROM (
        SELECT
            hashtextextended(principal, '"sessions"'::regclass::oid::bigint) AS key,
            bool_or(most IS NOT NULL) AS alone
        FROM unnest(principals, limits) AS item (principal, most)
        GROUP BY key ORDER BY key
    ) AS turn;
    IF cardinality(array_remove(limits, NULL)) > 0 THEN
        handles := handles || ARRAY(
            SELECT s.handle
            FROM unnest(principals, limits) AS item (principal, most)
            JOIN "sessions" AS s ON s.principal = item.principal
            WHERE most IS NOT NULL
        );
    END IF;
    PERFORM FROM "sessions" WHERE handle = ANY (handles) ORDER BY handle FOR UPDATE;
END $$;

CREATE FUNCTION public.sessions_tell_ended() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    channel text := 'session_endings_' || TG_RELID;
    handles text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM pg_notify(channel, NEW.handle::text);
    ELSIF TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify(channel, 'all');
    -- Expired sessions end by themselves: the sweep says of itself that it deletes no others.
    ELSIF current_setting('session.sweeping', true) IS DISTINCT FROM 'on' THEN
        handles := (SELECT string_agg(handle::text, ' ') FROM gone);
        -- A message has less than 8000 bytes: 200 handles, each with a space behind it.
        FOR part IN 0 .. coalesce((length(handles) - 1) / 7400, -1) LOOP
            PERFORM pg_notify(channel, substr(handles, 7400 * part + 1, 7400));
        END LOOP;
    END IF;
    RETURN NULL;
END $$;

CREATE TABLE public.sessions (
    handle uuid NOT NULL,
    digest bytea NOT NULL,
    revision bigint NOT NULL,
    principal text,
    fields bytea NOT NULL,
    persistent boolean NOT NULL,
    label text,
    created timestamp with time zone NOT NULL,
    authenticated timestamp with time zone,
    seen timestamp with time zone NOT NULL,
    expires timestamp with time zone NOT NULL,
    absolute timestamp with time zone NOT NULL,
    sweep_at timestamp with time zone NOT NULL
)
WITH (fillfactor='80');

CREATE TABLE public.sessions_revocations (
    principal text NOT NULL,
    revoked timestamp with time zone NOT NULL,
    spared uuid
);

CREATE TABLE public.sessions_versions (
    version integer NOT NULL,
    applied timestamp with time zone DEFAULT now() NOT NULL,
    oldest integer
);

INSERT INTO public.sessions VALUES ('019a0000-0000-7000-8000-000000000001', '\xca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb', 1, NULL, '\x01', false, 'Firefox', '2026-11-01 00:00:00+00', NULL, '2026-11-02 00:00:00+00', '2100-01-01 00:00:00+00', '2100-01-02 00:00:00+00', '2100-01-01 00:00:00+00');
INSERT INTO public.sessions VALUES ('019a0000-0000-7000-8000-000000000002', '\x3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d', 7, 'ann', '\x0203', true, NULL, '2026-11-01 00:00:00+00', '2026-11-02 00:00:00+00', '2026-11-03 00:00:00+00', '2100-01-01 00:00:00+00', '2100-01-02 00:00:00+00', '2026-12-01 00:00:00+00');
INSERT INTO public.sessions VALUES ('019a0000-0000-7000-8000-000000000003', '\x2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6', 2, 'ann', '\x', false, 'Chromium', '2026-11-01 00:00:00+00', '2026-11-02 00:00:00+00', '2026-11-03 00:00:00+00', '2026-11-04 00:00:00+00', '2026-11-05 00:00:00+00', '2026-11-04 00:00:00+00');

INSERT INTO public.sessions_revocations VALUES ('eve', '2099-01-01 00:00:00+00', NULL);

INSERT INTO public.sessions_versions VALUES (1, '2026-11-01 00:00:00+00', 1);
INSERT INTO public.sessions_versions VALUES (2, '2026-11-01 00:00:00+00', 1);
INSERT INTO public.sessions_versions VALUES (3, '2026-11-01 00:00:00+00', 2);
INSERT INTO public.sessions_versions VALUES (4, '2026-11-01 00:00:00+00', 3);
INSERT INTO public.sessions_versions VALUES (5, '2026-11-01 00:00:00+00', 4);
INSERT INTO public.sessions_versions VALUES (6, '2026-11-01 00:00:00+00', 4);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (handle);

ALTER TABLE ONLY public.sessions_revocations
    ADD CONSTRAINT sessions_revocations_pkey PRIMARY KEY (principal);

ALTER TABLE ONLY public.sessions_versions
    ADD CONSTRAINT sessions_versions_pkey PRIMARY KEY (version);

CREATE INDEX sessions_by_principal ON public.sessions USING btree (principal, created DESC, handle) WHERE (principal IS NOT NULL);

CREATE INDEX sessions_by_sweep_at ON public.sessions USING btree (sweep_at);

CREATE INDEX sessions_revoked_at ON public.sessions_revocations USING btree (revoked);

CREATE TRIGGER session_ending_deleted AFTER DELETE ON public.sessions REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.sessions_tell_ended();

CREATE TRIGGER session_ending_passed_on AFTER UPDATE OF principal ON public.sessions FOR EACH ROW WHEN (((old.principal IS NOT NULL) AND (old.principal IS DISTINCT FROM new.principal))) EXECUTE FUNCTION public.sessions_tell_ended();

CREATE TRIGGER session_ending_remembered AFTER UPDATE OF created ON public.sessions FOR EACH ROW EXECUTE FUNCTION public.sessions_tell_ended();

CREATE TRIGGER session_ending_truncated AFTER TRUNCATE ON public.sessions FOR EACH STATEMENT EXECUTE FUNCTION public.sessions_tell_ended();
