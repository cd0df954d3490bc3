-- The functions of step 2, for many log-ins at once at half the cost. What they promise is the
-- same, except that a log-in at another revision is answered nothing: the store then asks for the
-- record. `log_in` of step 2 stays for a release that goes by it.

-- Holds back whoever would change what these log-ins go by, until the transaction ends. Those
-- without a limit share a principal's turn; those with one have it to themselves, and so has a
-- revocation. All turns are taken in one order and then all rows in one order: nobody waits for
-- somebody who waits for him.
CREATE OR REPLACE FUNCTION :"take_turns"(
    handles uuid[], principals text[], limits integer[]
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    -- The order is that of the inner query: what it sorts, it hands over one by one.
    PERFORM
        CASE
            WHEN alone THEN pg_advisory_xact_lock(key)
            ELSE pg_advisory_xact_lock_shared(key)
        END
    FROM (
        SELECT
            hashtextextended(principal, :'table'::regclass::oid::bigint) AS key,
            bool_or(most IS NOT NULL) AS alone
        FROM unnest(principals, limits) AS item (principal, most)
        GROUP BY key ORDER BY key
    ) AS turn;
    IF cardinality(array_remove(limits, NULL)) > 0 THEN
        handles := handles || ARRAY(
            SELECT s.handle
            FROM unnest(principals, limits) AS item (principal, most)
            JOIN :"table" AS s ON s.principal = item.principal
            WHERE most IS NOT NULL
        );
    END IF;
    PERFORM FROM :"table" WHERE handle = ANY (handles) ORDER BY handle FOR UPDATE;
END $$;

-- Those of these log-ins that began before all sessions of their principal were ended.
CREATE FUNCTION :"refused"(
    handles uuid[], principals text[], beginnings timestamptz[]
) RETURNS uuid[]
LANGUAGE plpgsql AS $$
BEGIN
    -- Mostly there is nothing to go by, which is known for less than the join below.
    IF NOT EXISTS (SELECT FROM :"revocations" WHERE principal = ANY (principals)) THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT key
        FROM unnest(handles, principals, beginnings) AS item (key, whose, began)
        JOIN :"revocations" AS r ON r.principal = whose
        WHERE (r.spared = key OR began >= r.revoked) IS NOT TRUE
    );
END $$;

-- Log-ins by an insert. A row without `created` is one that was refused; a taken handle has none.
CREATE OR REPLACE FUNCTION :"log_in_fresh"(
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
    refused uuid[];
    newcomers uuid[] := '{}';
BEGIN
    PERFORM :"take_turns"('{}', principals, limits);
    -- The clock after the wait: now() was before it.
    shown := clock_timestamp();
    moments := ARRAY(SELECT coalesce(named, shown) FROM unnest(moments) AS given (named));
    refused := :"refused"(handles, principals, beginnings);
    FOR moment, created, authenticated, seen, expires, absolute, handle IN
        INSERT INTO :"table" AS s (
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
        PERFORM :"make_room"(newcomers, moments, handles, principals, limits);
    END IF;
END $$;

-- Log-ins by an update. A row without `created` is one that was refused; a record that is missing
-- or at another revision has none.
CREATE FUNCTION :"log_in_known"(
    moments timestamptz[], handles uuid[], revisions bigint[], digests bytea[], principals text[],
    contents bytea[], persistences boolean[], idles interval[], absolutes interval[],
    beginnings timestamptz[], limits integer[]
) RETURNS TABLE (
    moment timestamptz, created timestamptz, authenticated timestamptz, seen timestamptz,
    expires timestamptz, absolute timestamptz, handle uuid
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    shown timestamptz;
    refused uuid[];
    newcomers uuid[] := '{}';
BEGIN
    PERFORM :"take_turns"(handles, principals, limits);
    -- The clock after the wait: now() was before it.
    shown := clock_timestamp();
    moments := ARRAY(SELECT coalesce(named, shown) FROM unnest(moments) AS given (named));
    refused := :"refused"(handles, principals, beginnings);
    FOR moment, created, authenticated, seen, expires, absolute, handle IN
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
        PERFORM :"make_room"(newcomers, moments, handles, principals, limits);
    END IF;
END $$;
