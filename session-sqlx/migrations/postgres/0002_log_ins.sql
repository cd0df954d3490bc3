-- Log-ins and revocations. Each is a function, so that it takes one round trip though it takes
-- several statements. They are volatile, so that each of these statements sees what was committed
-- while the one before it waited.

CREATE TABLE :"revocations" (
    principal text        PRIMARY KEY,
    revoked   timestamptz NOT NULL,
    -- The session that was to stay.
    spared    uuid
);

CREATE INDEX :"revoked_at" ON :"revocations" (revoked);

-- Holds back whoever would change what these log-ins go by, until the transaction ends. Those
-- without a limit share a principal's turn; those with one have it to themselves, and so has a
-- revocation. All turns are taken in one order and then all rows in one order: nobody waits for
-- somebody who waits for him.
CREATE FUNCTION :"take_turns"(handles uuid[], principals text[], limits integer[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    turn record;
BEGIN
    FOR turn IN
        SELECT
            hashtextextended(principal, :'table'::regclass::oid::bigint) AS key,
            bool_or(most IS NOT NULL) AS alone
        FROM unnest(principals, limits) AS item (principal, most)
        GROUP BY key ORDER BY key
    LOOP
        IF turn.alone THEN
            PERFORM pg_advisory_xact_lock(turn.key);
        ELSE
            PERFORM pg_advisory_xact_lock_shared(turn.key);
        END IF;
    END LOOP;
    PERFORM FROM :"table" WHERE handle = ANY (handles || ARRAY(
        SELECT s.handle
        FROM unnest(principals, limits) AS item (principal, most)
        JOIN :"table" AS s ON s.principal = item.principal
        WHERE most IS NOT NULL
    ))
    ORDER BY handle FOR UPDATE;
END $$;

-- Removes those of each principal's live records that are too many beside its newcomer.
CREATE FUNCTION :"make_room"(
    newcomers uuid[],
    moments timestamptz[], handles uuid[], principals text[], limits integer[]
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM :"table" WHERE handle = ANY (ARRAY(
        SELECT other.handle
        FROM unnest(moments, handles, principals, limits) AS item (moment, key, principal, most)
        CROSS JOIN LATERAL (
            SELECT s.handle FROM :"table" AS s
            WHERE s.principal = item.principal AND s.handle <> key AND s.expires > moment
            ORDER BY s.authenticated DESC NULLS LAST, s.handle DESC
            OFFSET most - 1
        ) AS other
        WHERE most IS NOT NULL AND key = ANY (newcomers)
    ));
END $$;

-- Log-ins by an insert. A row without `created` is one that was refused; a taken handle has none.
CREATE FUNCTION :"log_in_fresh"(
    moments timestamptz[], handles uuid[], digests bytea[], principals text[], contents bytea[],
    persistences boolean[], labels text[], idles interval[], absolutes interval[],
    beginnings timestamptz[], limits integer[]
) RETURNS TABLE (
    moment timestamptz, created timestamptz, authenticated timestamptz, seen timestamptz,
    expires timestamptz, absolute timestamptz, handle uuid
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    shown timestamptz;
    newcomers uuid[] := '{}';
BEGIN
    PERFORM :"take_turns"('{}', principals, limits);
    -- The clock after the wait: now() was before it.
    shown := clock_timestamp();
    FOR moment, created, authenticated, seen, expires, absolute, handle IN
        WITH item AS (
            SELECT
                given.*,
                (r.principal IS NULL OR r.spared = key OR began >= r.revoked) IS TRUE AS admitted
            FROM (
                SELECT coalesce(named, shown) AS now, given.*
                FROM unnest(
                    moments, handles, digests, principals, contents,
                    persistences, labels, idles, absolutes, beginnings
                ) AS given (
                    named, key, digest, principal, fields,
                    persistent, label, idle, most, began
                )
            ) AS given
            LEFT JOIN :"revocations" AS r ON r.principal = given.principal
        ), added AS (
            INSERT INTO :"table" AS s (
                handle, digest, revision, principal, fields, persistent, label,
                created, authenticated, seen, expires, absolute, sweep_at
            )
            SELECT
                key, digest, 1, principal, fields, persistent, label,
                now, now, now, now + idle, now + most, now + idle
            FROM item WHERE admitted ORDER BY key
            ON CONFLICT (handle) DO NOTHING
            RETURNING s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle
        )
        SELECT created, added.* FROM added
        UNION ALL
        SELECT now, NULL, NULL, NULL, NULL, NULL, key FROM item WHERE NOT admitted
    LOOP
        IF created IS NOT NULL THEN
            newcomers := newcomers || handle;
        END IF;
        RETURN NEXT;
    END LOOP;
    IF cardinality(array_remove(limits, NULL)) > 0 THEN
        moments := ARRAY(SELECT coalesce(named, shown) FROM unnest(moments) AS given (named));
        PERFORM :"make_room"(newcomers, moments, handles, principals, limits);
    END IF;
END $$;

-- Log-ins by an update. A row without `created` is one that was refused, one with a digest shows
-- the record at another revision; a missing record has none.
CREATE FUNCTION :"log_in"(
    moments timestamptz[], handles uuid[], revisions bigint[], digests bytea[], principals text[],
    contents bytea[], persistences boolean[], idles interval[], absolutes interval[],
    beginnings timestamptz[], limits integer[]
) RETURNS TABLE (
    moment timestamptz, created timestamptz, authenticated timestamptz, seen timestamptz,
    expires timestamptz, absolute timestamptz, handle uuid, digest bytea, revision bigint,
    principal text, fields bytea, persistent boolean, label text
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    shown timestamptz;
    newcomers uuid[] := '{}';
BEGIN
    PERFORM :"take_turns"(handles, principals, limits);
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
            LEFT JOIN :"revocations" AS r ON r.principal = given.principal
        ), saved AS (
            UPDATE :"table" AS s SET
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
        FROM item JOIN :"table" AS s ON s.handle = key
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
        PERFORM :"make_room"(newcomers, moments, handles, principals, limits);
    END IF;
END $$;

-- Ends a principal's sessions but one, and answers how many were live. The moment is when it was
-- asked: whoever began while it waited for its turn did not begin before it.
CREATE FUNCTION :"revoke"(moment timestamptz, whose text, spare uuid) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    ended bigint;
BEGIN
    moment := coalesce(moment, now());
    PERFORM :"take_turns"('{}', ARRAY[whose], ARRAY[0]);
    INSERT INTO :"revocations" AS r (principal, revoked, spared) VALUES (whose, moment, spare)
    ON CONFLICT (principal) DO UPDATE SET
        revoked = greatest(r.revoked, excluded.revoked),
        spared = excluded.spared;
    WITH gone AS (
        DELETE FROM :"table" WHERE principal = whose AND handle IS DISTINCT FROM spare
        RETURNING expires > moment AS live
    )
    SELECT count(*) INTO ended FROM gone WHERE live;
    RETURN ended;
END $$;
